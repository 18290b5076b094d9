package dev.millrace.http.http1;

import dev.millrace.server.RunningServer;
import dev.millrace.server.Via;
import java.util.List;

class UringEndingsTest extends EndingsContract {
  @Override
  Via transport() {
    return Via.URING;
  }

  @Override
  String leftovers(RunningServer server) throws Exception {
    String metrics = server.metrics();
    StringBuilder left = new StringBuilder();
    for (String operation : List.of("send", "recv", "read", "openat2", "poll", "cancel")) {
      expect(metrics, "millrace_ring_in_flight{operation=\"" + operation + "\"} 0.0", left);
    }
    expect(metrics, "millrace_connections_open 0.0", left);
    expect(metrics, "millrace_send_chunks 0.0", left);
    expect(metrics, "millrace_receive_buffers_free 4096.0", left);
    expect(metrics, "millrace_loop_failures_total 0.0", left);
    expect(metrics, "millrace_loop_stale_completions_total 0.0", left);
    return left.toString();
  }

  private static void expect(String metrics, String line, StringBuilder left) {
    if (!metrics.contains("\n" + line + "\n")) {
      left.append("not ").append(line).append("; ");
    }
  }
}
