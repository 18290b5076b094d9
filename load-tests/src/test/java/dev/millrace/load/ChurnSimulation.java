package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** A new connection for each request. */
public final class ChurnSimulation extends Simulation {
  public ChurnSimulation() {
    setUp(
            scenario("churn")
                .exec(
                    http("once")
                        .get("/small/#{randomInt(0,200)}")
                        .header("Connection", "close")
                        .check(status().is(200)))
                .injectOpen(constantUsersPerSec(Load.users(2_000)).during(Load.duration())))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            global().responseTime().percentile(99).lt(Load.millis(50)));
  }
}
