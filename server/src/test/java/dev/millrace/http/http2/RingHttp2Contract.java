package dev.millrace.http.http2;

import static dev.millrace.server.Http2Client.DATA;
import static dev.millrace.server.Http2Client.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.server.Http2Client;
import dev.millrace.server.Http2Client.Frame;
import org.junit.jupiter.api.Test;

/** What holds on the ring only, where a stream can always send its file. */
abstract class RingHttp2Contract extends Http2Contract {
  @Test
  void urgentResponsesComeFirst() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 1 << 20)) {
      client.keepsWindows();
      client.sendRaw(together(get(BIG, "priority", "u=5"), get(BIG, "priority", "u=1, i")));
      int received = 0;
      while (received < 65_535) { // the window of the connection
        received += client.await(DATA).payload().length;
      }
      client.sync(); // both have bytes to send
      for (int i = 0; i < 3; i++) {
        client.windowUpdate(0, 1000);
        Frame data = client.await(DATA);
        assertEquals(3, data.stream());
        assertEquals(1000, data.payload().length);
      }
    }
  }

  @Test
  void largeResponsesDoNotDelaySmallOnes() throws Exception {
    try (Http2Client client = open(INITIAL_WINDOW_SIZE, 1 << 20)) {
      client.windowUpdate(0, 1 << 20);
      // The kernel knows the name of the small file, so its open does not wait for a thread.
      client.sendRaw(together(get(BIG), get(BIG), get("/a")));
      int before = 0;
      for (Frame frame = client.read(); frame != null; frame = client.read()) {
        if (frame.stream() == 5 && frame.type() == DATA) {
          break;
        }
        before += frame.type() == DATA ? frame.payload().length : 0;
      }
      assertTrue(before < BIG_BYTES, "after " + before + " bytes of the others");
    }
  }
}
