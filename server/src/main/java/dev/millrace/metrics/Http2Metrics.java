package dev.millrace.metrics;

import dev.millrace.http.http2.Http2Stats;
import dev.millrace.http.http2.Http2Stats.Count;
import java.util.List;

/** The meters of HTTP/2 connections. */
final class Http2Metrics {
  private final MeterRegistrar meters;

  Http2Metrics(MeterRegistrar meters) {
    this.meters = meters;
  }

  /**
   * Adds the meters.
   *
   * @param stats in order of the loop's number
   */
  void register(List<Http2Stats> stats) {
    meters.counter(
        "millrace.http2.connections",
        "HTTP/2 connections",
        stats,
        LoopAggregates.sum(each -> each.count(Count.CONNECTIONS)));
    meters.counter(
        "millrace.http2.streams",
        "Requests of HTTP/2 connections, refused ones included",
        stats,
        LoopAggregates.sum(each -> each.count(Count.STREAMS)));
    meters.counter(
        "millrace.http2.malformed.requests",
        "Requests that are malformed, so that their streams were reset",
        stats,
        LoopAggregates.sum(each -> each.count(Count.MALFORMED)));
    for (Count side : List.of(Count.CLIENT_RESETS, Count.SERVER_RESETS)) {
      meters.counter(
          "millrace.http2.stream.resets",
          "Streams reset before both ends were reached",
          stats,
          LoopAggregates.sum(each -> each.count(side)),
          "by",
          side == Count.CLIENT_RESETS ? "client" : "server");
    }
    List<String> kinds = Http2Stats.floodKinds();
    for (int i = 0; i < kinds.size(); i++) {
      int kind = i;
      meters.counter(
          "millrace.http2.floods",
          "Connections ended because of too many frames of one kind",
          stats,
          LoopAggregates.sum(each -> each.floods(kind)),
          "kind",
          kinds.get(i));
    }
    List<String> codes = Http2Stats.errorCodes();
    for (int i = 1; i < codes.size(); i++) { // without NO_ERROR
      int code = i;
      meters.counter(
          "millrace.http2.connection.errors",
          "Connections that the server has ended because of an error of the client",
          stats,
          LoopAggregates.sum(each -> each.errors(code)),
          "code",
          codes.get(i));
    }
  }
}
