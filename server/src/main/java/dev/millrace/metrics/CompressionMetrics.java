package dev.millrace.metrics;

import dev.millrace.content.compress.CompressedFiles;
import dev.millrace.content.compress.CompressionStats;
import java.util.Locale;

/** The meters of compressed forms of files. */
public final class CompressionMetrics {
  private final MeterRegistrar meters;

  public CompressionMetrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /** Adds the meters. */
  public void register(CompressedFiles files) {
    for (CompressionStats.Outcome outcome : CompressionStats.Outcome.values()) {
      meters.counter(
          "millrace.compressions",
          "Compressions of files that ended, by outcome",
          files.stats(),
          stats -> stats.count(outcome),
          "outcome",
          outcome.name().toLowerCase(Locale.ROOT));
    }
    meters.counter(
        "millrace.compression.read.bytes",
        "Bytes of files that were compressed",
        files.stats(),
        CompressionStats::readBytes);
    meters.counter(
        "millrace.compressed.evictions",
        "Compressed files that were removed to make room",
        files.stats(),
        CompressionStats::evictions);
    meters.gauge(
        "millrace.compressed.files",
        "Compressed files that are open",
        files,
        CompressedFiles::count);
    meters.gauge("millrace.compressed.bytes", "Size of these files", files, CompressedFiles::bytes);
  }
}
