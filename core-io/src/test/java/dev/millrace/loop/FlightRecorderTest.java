package dev.millrace.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.uring.IoUring;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What JFR is told of slow turns and operations, and that it must ask first. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
class FlightRecorderTest {
  private static final String TURN = "dev.millrace.SlowTurn";
  private static final String OPERATION = "dev.millrace.SlowOperation";
  private static final Duration SLOW = Duration.ofMillis(30);

  @TempDir Path folder;

  private List<RecordedEvent> record(String... enabled) throws Exception {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      for (String event : enabled) {
        recording.enable(event);
      }
      recording.start();
      slowLoop();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> ours = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().startsWith("dev.millrace.")) {
        ours.add(event);
      }
    }
    return ours;
  }

  /** One turn that is slow, and one operation that is submitted late. */
  private static void slowLoop() throws Exception {
    try (EventLoop loop = new EventLoop(IoUring.open(new RingConfig(8, 16, 1)), failure -> {})) {
      loop.attach();
      long handle = loop.register((tag, result, flags) -> {});
      loop.post(() -> {
        loop.ring().prepNop(loop.begin(handle, OpKind.NOP, 0));
        try {
          Thread.sleep(SLOW);
        } catch (InterruptedException ended) {
          Thread.currentThread().interrupt();
        }
      });
      loop.turn(false);
      while (loop.stats().inFlight(OpKind.NOP) > 0) {
        loop.turn(false);
      }
    }
  }

  @Test
  void slowTurnsAndOperationsAreRecordedWhenAskedFor() throws Exception {
    List<RecordedEvent> events = record(TURN, OPERATION);
    assertEquals(2, events.size(), events.toString());
    for (RecordedEvent event : events) {
      boolean turn = event.getEventType().getName().equals(TURN);
      Duration took = event.getDuration(turn ? "busy" : "latency");
      assertTrue(took.compareTo(SLOW) >= 0 && took.toSeconds() < 10, event.toString());
      if (!turn) {
        assertEquals("NOP", event.getString("operation"));
      }
    }
  }

  @Test
  void nobodyIsToldWhoDoesNotAsk() throws Exception {
    assertEquals(List.of(), record("jdk.CPULoad"));
  }
}
