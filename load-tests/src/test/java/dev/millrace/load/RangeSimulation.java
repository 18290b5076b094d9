package dev.millrace.load;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** A film that is sought in: ranges of 64 KiB at places all over the file. */
public final class RangeSimulation extends Simulation {
  public RangeSimulation() {
    setUp(
            scenario("range")
                .exec(
                    repeat(40)
                        .on(
                            exec(session -> {
                              long first =
                                  java.util.concurrent.ThreadLocalRandom.current()
                                      .nextLong((64L << 20) - (64 << 10));
                              return session.set(
                                  "range", "bytes=" + first + "-" + (first + (64 << 10) - 1));
                            }),
                            http("range")
                                .get("/video")
                                .header("Range", "#{range}")
                                .check(status().is(206)),
                            pause(java.time.Duration.ofMillis(20))))
                .injectClosed(constantConcurrentUsers(Load.users(100)).during(Load.duration())))
        .protocols(Load.protocol())
        .assertions(
            global().failedRequests().count().is(0L),
            global().responseTime().percentile(99).lt(Load.millis(100)));
  }
}
