package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** Large files, each over its own connection, with time to think in between. */
public final class DownloadSimulation extends Simulation {
  public DownloadSimulation() {
    setUp(
            scenario("download")
                .exec(
                    http("large").get("/large/#{randomInt(0,4)}").check(status().is(200)),
                    pause(java.time.Duration.ofMillis(300)))
                .injectClosed(constantConcurrentUsers(Load.users(40)).during(Load.duration())))
        // The cap on bandwidth: requests a second, times 16 MiB.
        .throttle(jumpToRps(Load.users(200)), holdFor(Load.duration()))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            global().responseTime().percentile(95).lt(Load.millis(2_000)));
  }
}
