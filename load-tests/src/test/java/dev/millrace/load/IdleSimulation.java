package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** Thousands of connections that ask for something now and then. */
public final class IdleSimulation extends Simulation {
  public IdleSimulation() {
    setUp(
            scenario("idle")
                .exec(
                    http("first").get("/small/0").check(status().is(200)),
                    pause(Load.duration().dividedBy(2)),
                    http("again").get("/small/1").check(status().is(200)))
                .injectOpen(atOnceUsers(Load.users(8_000))))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            details("again").responseTime().percentile(99).lt(Load.millis(500)));
  }
}
