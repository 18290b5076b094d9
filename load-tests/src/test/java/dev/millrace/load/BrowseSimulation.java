package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** Many small files over connections that stay open. */
public final class BrowseSimulation extends Simulation {
  public BrowseSimulation() {
    setUp(
            scenario("browse")
                .exec(
                    repeat(50)
                        .on(
                            http("small")
                                .get("/small/#{randomInt(0,200)}")
                                .check(status().is(200))))
                .injectClosed(constantConcurrentUsers(Load.users(200)).during(Load.duration())))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            global().responseTime().percentile(99).lt(Load.millis(50)));
  }
}
