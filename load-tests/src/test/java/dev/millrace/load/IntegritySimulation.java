package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** Digests asked for while files are downloaded. */
public final class IntegritySimulation extends Simulation {
  public IntegritySimulation() {
    setUp(
            scenario("digests")
                .exec(
                    http("digest")
                        .head("/large/#{randomInt(0,4)}")
                        .header("Want-Repr-Digest", "sha-256=1")
                        .check(
                            status().is(200),
                            io.gatling.javaapi.http.HttpDsl.header("Repr-Digest").exists()),
                    http("sidecar")
                        .get("/small/#{randomInt(0,200)}.sha256")
                        .check(status().is(200)))
                .injectClosed(constantConcurrentUsers(Load.users(20)).during(Load.duration())),
            scenario("downloads")
                .exec(http("small").get("/small/#{randomInt(0,200)}").check(status().is(200)))
                .injectClosed(constantConcurrentUsers(Load.users(50)).during(Load.duration())))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            details("small").responseTime().percentile(99).lt(Load.millis(100)));
  }
}
