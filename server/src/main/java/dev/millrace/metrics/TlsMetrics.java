package dev.millrace.metrics;

import dev.millrace.certificate.CertificateStore;
import dev.millrace.certificate.ServerCertificate;
import dev.millrace.metrics.HistogramCollector.Series;
import dev.millrace.transport.tls.HandshakeStats;
import dev.millrace.transport.tls.HandshakeStats.Failure;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;

/** The meters of handshakes and certificates. */
final class TlsMetrics {
  private final MeterRegistrar meters;

  TlsMetrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /**
   * Adds the meters.
   *
   * @param stats in order of the loop's number
   */
  void register(List<HandshakeStats> stats, CertificateStore certificates) {
    meters.counter(
        "millrace.tls.handshakes.started",
        "TLS connections accepted",
        stats,
        LoopAggregates.sum(HandshakeStats::startedCount));
    meters.gauge(
        "millrace.tls.handshakes.active",
        "TLS handshakes that are not complete",
        stats,
        LoopAggregates.sum(HandshakeStats::active));
    for (Failure reason : Failure.values()) {
      meters.counter(
          "millrace.tls.handshake.failures",
          "TLS handshakes that failed",
          stats,
          LoopAggregates.sum(each -> each.failures(reason)),
          "reason",
          reason.label());
    }
    meters.seconds(
        "millrace_tls_handshake_duration_seconds",
        "Duration of TLS handshakes, from the accepted connection",
        () -> durations(stats));
    meters.counter(
        "millrace.tls.certificate.reloads",
        "Certificates loaded again",
        certificates,
        CertificateStore::reloads);
    meters.counter(
        "millrace.tls.certificate.reload.failures",
        "Changed certificate files that cannot be used, so that the old certificate stays",
        certificates,
        CertificateStore::reloadFailures);
    Collector expiry = () -> expiry(certificates.all());
    meters.registry().getPrometheusRegistry().register(expiry);
  }

  private static List<Series> durations(List<HandshakeStats> stats) {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < stats.getFirst().completed().size(); i++) {
      int index = i;
      HandshakeStats.Series first = stats.getFirst().completed().get(index);
      all.add(
          Series.of(
              Labels.of("version", first.version(), "resumed", String.valueOf(first.resumed())),
              stats.stream().map(each -> each.completed().get(index).seconds()).toList()));
    }
    return all;
  }

  /** One gauge for each certificate; a store can get more of them later. */
  private static GaugeSnapshot expiry(List<ServerCertificate> certificates) {
    GaugeSnapshot.Builder gauge =
        GaugeSnapshot.builder()
            .name("millrace_tls_certificate_expiry_timestamp_seconds")
            .help("When a certificate expires, as seconds since 1970")
            .unit(Unit.SECONDS);
    for (ServerCertificate each : certificates) {
      String name = each.names().isEmpty() ? "" : each.names().getFirst();
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(Labels.of("source", each.source(), "name", name, "key_type", each.keyType()))
              .value((double) each.notAfter().getEpochSecond())
              .build());
    }
    return gauge.build();
  }
}
