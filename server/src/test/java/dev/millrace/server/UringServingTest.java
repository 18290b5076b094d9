package dev.millrace.server;

import java.util.List;

class UringServingTest extends ServingContract {
  @Override
  Via transport() {
    return Via.URING;
  }

  @Override
  int buffersOfATransfer() {
    return 0; // sent from the page cache
  }

  @Override
  List<String> metrics() {
    return List.of(
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_response_status_class=\"2xx\"} 1",
        "http_server_active_requests 0",
        "millrace_pool_queue_depth{pool=\"worker\"} 0",
        "millrace_pool_wait_seconds_bucket{pool=\"worker\",le=",
        "millrace_transport_info{reason=\"\",transport=\"uring\"} 1",
        "millrace_ring_submission_depth ",
        "millrace_ring_in_flight{operation=\"accept\"} 15",
        "millrace_ring_completion_latency_seconds_count{operation=\"openat2\"} 1",
        "millrace_loop_turn_seconds_bucket{");
  }
}
