package dev.millrace.metrics;

import dev.millrace.limits.Limit;
import dev.millrace.limits.LimitStats;
import java.util.function.LongSupplier;

/** The meters of limits. */
final class LimitMetrics {
  private LimitMetrics() {}

  static void register(MeterRegistrar meters, LimitStats stats, LongSupplier clients) {
    for (Limit limit : Limit.values()) {
      meters.counter(
          "millrace.limits.exceeded",
          "How often a limit was exceeded",
          stats,
          each -> each.count(limit),
          "limit",
          limit.label());
    }
    meters.gauge(
        "millrace.limits.clients",
        "Clients with a connection, or with requests that still count",
        clients,
        LongSupplier::getAsLong);
  }
}
