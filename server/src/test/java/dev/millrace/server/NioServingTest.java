package dev.millrace.server;

import java.util.List;

class NioServingTest extends ServingContract {
  @Override
  Via transport() {
    return Via.NIO;
  }

  @Override
  int buffersOfATransfer() {
    return 1;
  }

  @Override
  List<String> metrics() {
    return List.of(
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_class=\"2xx\"} 1",
        "http_server_active_requests 0",
        "millrace_pool_queue_depth{pool=\"worker\"} 0",
        "millrace_pool_wait_seconds_count{pool=\"worker\"} 2", // one open, one read
        "millrace_transport_info{reason=\"\",transport=\"nio\"} 1");
  }
}
