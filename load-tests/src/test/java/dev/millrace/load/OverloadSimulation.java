package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** More arrives than can be served: nothing is refused, and it ends. */
public final class OverloadSimulation extends Simulation {
  public OverloadSimulation() {
    setUp(
            scenario("overload")
                .exec(
                    http("large").get("/large/#{randomInt(0,4)}").check(status().is(200)),
                    http("small").get("/small/#{randomInt(0,200)}").check(status().is(200)))
                .injectOpen(constantUsersPerSec(Load.users(400)).during(Load.duration())))
        .protocols(Load.protocol())
        .assertions(global().failedRequests().percent().lt(1.0));
  }
}
