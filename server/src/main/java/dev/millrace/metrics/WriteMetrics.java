package dev.millrace.metrics;

import dev.millrace.content.write.WriteServices;
import dev.millrace.content.write.WriteStats;
import java.util.Locale;

/** The meters of uploads and removals. */
public final class WriteMetrics {
  private final MeterRegistrar meters;

  public WriteMetrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /** Adds the meters. */
  public void register(WriteServices writes) {
    for (WriteStats.Outcome outcome : WriteStats.Outcome.values()) {
      meters.counter(
          "millrace.writes",
          "Uploads and removals that ended, by outcome",
          writes.stats(),
          stats -> stats.count(outcome),
          "outcome",
          outcome.name().toLowerCase(Locale.ROOT));
    }
    meters.counter(
        "millrace.upload.bytes",
        "Bytes of uploads written to files",
        writes.stats(),
        WriteStats::receivedBytes);
    meters.gauge(
        "millrace.webdav.locks", "Locks of WebDAV clients", writes, WriteServices::lockCount);
    meters.gauge("millrace.uploads.active", "Uploads in progress", writes, WriteServices::uploads);
  }
}
