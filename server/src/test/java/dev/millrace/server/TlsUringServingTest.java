package dev.millrace.server;

import java.util.List;

class TlsUringServingTest extends UringServingTest {
  @Override
  Via transport() {
    return Via.TLS_URING;
  }

  /** One more listener than without TLS. */
  @Override
  List<String> metrics() {
    return super.metrics().stream()
        .map(line ->
            line.startsWith("millrace_ring_in_flight{operation=\"accept\"}")
                ? line.replace("} 15", "} 30")
                : line)
        .toList();
  }
}
