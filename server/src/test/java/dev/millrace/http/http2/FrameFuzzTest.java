package dev.millrace.http.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of frames: the parser and a naive reading of RFC 9113 §4 and §6 agree on every
 * event and on the error code, however the bytes are split.
 */
class FrameFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 20_000);
  private static final int MAX_BLOCK = 1 << 16;

  private final Random random = new Random(9);

  /** Notes all events. */
  private static final class Recorder implements FrameListener {
    final List<String> events = new ArrayList<>();

    private static String bytes(byte[] bytes, int from, int to) {
      return Arrays.toString(Arrays.copyOfRange(bytes, from, to));
    }

    @Override
    public void onData(int stream, byte[] bytes, int from, int to, int flowBytes, boolean end) {
      events.add("data " + stream + bytes(bytes, from, to) + flowBytes + end);
    }

    @Override
    public void onHeaders(int stream, byte[] block, int from, int to, boolean end) {
      events.add("headers " + stream + bytes(block, from, to) + end);
    }

    @Override
    public void onReset(int stream) {
      events.add("reset " + stream);
    }

    @Override
    public void onSetting(int parameter, int value) {
      events.add("setting " + parameter + '=' + value);
    }

    @Override
    public void onSettingsEnd() {
      events.add("settings");
    }

    @Override
    public void onSettingsAck() {
      events.add("settings ack");
    }

    @Override
    public void onPing(byte[] bytes, int from) {
      events.add("ping " + bytes(bytes, from, from + 8));
    }

    @Override
    public void onGoAway() {
      events.add("goaway");
    }

    @Override
    public void onWindowUpdate(int stream, int increment) {
      events.add("window " + stream + '+' + increment);
    }

    @Override
    public void onPriorityUpdate(int stream, byte[] bytes, int from, int to) {
      events.add("priority " + stream + bytes(bytes, from, to));
    }

    @Override
    public void onIdleFrame(Flood kind) {} // counted elsewhere

    @Override
    public void onStreamError(int stream, ErrorCode code) {
      events.add("error " + stream + code);
    }
  }

  /** The naive reading: one frame at a time, as the sections say it. */
  private static final class Reading {
    final Recorder to = new Recorder();
    private int blockStream;
    private boolean blockEnds;
    private boolean blockSelf;
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();

    /** Returns the error code that ends the connection, or null. */
    ErrorCode frame(ByteBuffer in, boolean first) {
      int lengthAndType = in.getInt();
      int length = lengthAndType >>> 8;
      int type = lengthAndType & 0xff;
      int flags = in.get();
      int stream = in.getInt() & 0x7fffffff;
      if (length > 16_384) {
        return ErrorCode.FRAME_SIZE_ERROR; // 4.2
      }
      if (first && (type != 4 || (flags & 1) != 0)) {
        return ErrorCode.PROTOCOL_ERROR; // 3.4
      }
      byte[] payload = new byte[length];
      in.get(payload);
      if (blockStream != 0 && (type != 9 || stream != blockStream)) {
        return ErrorCode.PROTOCOL_ERROR; // 6.2
      }
      boolean ofStream = type <= 3 || type == 9;
      boolean ofConnection = type == 4 || type == 6 || type == 7 || type == 16;
      if (type == 5 || (ofStream && stream == 0) || (ofConnection && stream != 0)) {
        return ErrorCode.PROTOCOL_ERROR;
      }
      return switch (type) {
        case 0, 1 -> padded(type, flags, stream, payload);
        case 2 -> priority(stream, payload);
        case 3 -> exact(payload, 4, () -> to.onReset(stream));
        case 4 -> settings(flags, payload);
        case 6 ->
            exact(
                payload,
                8,
                () -> {
                  if ((flags & 1) == 0) {
                    to.onPing(payload, 0);
                  }
                });
        case 7 -> {
          if (length < 8) {
            yield ErrorCode.FRAME_SIZE_ERROR;
          }
          to.onGoAway();
          yield null;
        }
        case 8 -> window(stream, payload);
        case 9 -> blockStream == 0 ? ErrorCode.PROTOCOL_ERROR : continued(flags, payload);
        case 16 -> {
          if (length < 4) {
            yield ErrorCode.FRAME_SIZE_ERROR;
          }
          int prioritized = ByteBuffer.wrap(payload).getInt() & 0x7fffffff;
          if (prioritized == 0) {
            yield ErrorCode.PROTOCOL_ERROR;
          }
          to.onPriorityUpdate(prioritized, payload, 4, length);
          yield null;
        }
        default -> null; // 5.5
      };
    }

    private static ErrorCode exact(byte[] payload, int length, Runnable event) {
      if (payload.length != length) {
        return ErrorCode.FRAME_SIZE_ERROR;
      }
      event.run();
      return null;
    }

    private ErrorCode padded(int type, int flags, int stream, byte[] payload) {
      int from = 0;
      int end = payload.length;
      if ((flags & 8) != 0) {
        if (end == 0) {
          return ErrorCode.FRAME_SIZE_ERROR;
        }
        int padding = payload[0] & 0xff;
        if (padding >= end) {
          return ErrorCode.PROTOCOL_ERROR; // 6.1
        }
        from = 1;
        end -= padding;
      }
      if (type == 0) {
        to.onData(stream, payload, from, end, payload.length, (flags & 1) != 0);
        return null;
      }
      blockSelf = false;
      if ((flags & 0x20) != 0) {
        if (end - from < 5) {
          return ErrorCode.FRAME_SIZE_ERROR;
        }
        blockSelf = (ByteBuffer.wrap(payload).getInt(from) & 0x7fffffff) == stream;
        from += 5;
      }
      blockStream = stream;
      blockEnds = (flags & 1) != 0;
      block.reset();
      return continued(flags, Arrays.copyOfRange(payload, from, end));
    }

    private ErrorCode continued(int flags, byte[] part) {
      block.writeBytes(part);
      if ((flags & 4) != 0) {
        int stream = blockStream;
        blockStream = 0;
        to.onHeaders(stream, block.toByteArray(), 0, block.size(), blockEnds);
        if (blockSelf) {
          to.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
        }
      }
      return null;
    }

    private ErrorCode priority(int stream, byte[] payload) {
      if (payload.length != 5) {
        to.onStreamError(stream, ErrorCode.FRAME_SIZE_ERROR); // 6.3
      } else if ((ByteBuffer.wrap(payload).getInt() & 0x7fffffff) == stream) {
        to.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
      }
      return null;
    }

    private ErrorCode settings(int flags, byte[] payload) {
      if ((flags & 1) != 0) {
        return exact(payload, 0, to::onSettingsAck);
      }
      if (payload.length % 6 != 0) {
        return ErrorCode.FRAME_SIZE_ERROR;
      }
      ByteBuffer in = ByteBuffer.wrap(payload);
      while (in.hasRemaining()) {
        int parameter = in.getShort() & 0xffff;
        long value = in.getInt() & 0xffffffffL;
        if ((parameter == 2 || parameter == 9) && value > 1) {
          return ErrorCode.PROTOCOL_ERROR;
        }
        if (parameter == 4 && value > Integer.MAX_VALUE) {
          return ErrorCode.FLOW_CONTROL_ERROR;
        }
        if (parameter == 5 && (value < 16_384 || value > 16_777_215)) {
          return ErrorCode.PROTOCOL_ERROR;
        }
        to.onSetting(parameter, (int) value);
      }
      to.onSettingsEnd();
      return null;
    }

    private ErrorCode window(int stream, byte[] payload) {
      if (payload.length != 4) {
        return ErrorCode.FRAME_SIZE_ERROR;
      }
      int increment = ByteBuffer.wrap(payload).getInt() & 0x7fffffff;
      if (increment > 0) {
        to.onWindowUpdate(stream, increment);
      } else if (stream == 0) {
        return ErrorCode.PROTOCOL_ERROR;
      } else {
        to.onStreamError(stream, ErrorCode.PROTOCOL_ERROR);
      }
      return null;
    }
  }

  /** A frame that is often valid. */
  private byte[] frame(boolean first) {
    int type = first && random.nextInt(20) > 0 ? 4 : random.nextInt(20);
    int flags = random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(2) * 4;
    int stream = random.nextInt(4) == 0 ? 0 : 1 + 2 * random.nextInt(3);
    int[] usual = {20, 20, 5, 4, 12, 4, 8, 8, 4, 20};
    int length = type < 10 && random.nextInt(8) > 0 ? usual[type] : random.nextInt(30);
    boolean ofConnection = type == 4 || type == 6 || type == 7;
    stream = ofConnection && random.nextInt(20) > 0 ? 0 : stream;
    flags = type == 4 && random.nextInt(4) > 0 ? 0 : flags;
    byte[] payload = new byte[length];
    for (int i = 0; i < length; i++) {
      payload[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(3));
    }
    int claimed = random.nextInt(200) == 0 ? 16_385 : length;
    return ByteBuffer.allocate(9 + length)
        .putInt(claimed << 8 | type)
        .put((byte) flags)
        .putInt(random.nextInt(8) == 0 ? stream | 0x80000000 : stream)
        .put(payload)
        .array();
  }

  /** The bytes of some frames, and what the naive reading makes of them. */
  private byte[] sequence(List<String> expected) {
    Reading reading = new Reading();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(Frames.PREFACE);
    for (int i = 0; i < 12; i++) {
      byte[] frame = frame(i == 0);
      all.writeBytes(frame);
      ErrorCode error = reading.frame(ByteBuffer.wrap(frame), i == 0);
      if (error != null) {
        expected.addAll(reading.to.events);
        expected.add("end " + error);
        return all.toByteArray();
      }
    }
    expected.addAll(reading.to.events);
    return all.toByteArray();
  }

  private List<String> parsed(byte[] bytes, boolean inPieces) {
    Recorder recorder = new Recorder();
    FrameParser parser = new FrameParser(MAX_BLOCK, recorder);
    int from = 0;
    int to = inPieces ? 0 : bytes.length;
    try {
      do {
        to = Math.min(bytes.length, inPieces ? to + 1 + random.nextInt(9) : to);
        from = parser.parse(bytes, from, to);
      } while (to < bytes.length);
    } catch (Http2Exception error) {
      recorder.events.add("end " + error.code());
    }
    return recorder.events;
  }

  @Test
  void theParserAgreesWithANaiveReading() {
    int errors = 0;
    int events = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> expected = new ArrayList<>();
      byte[] bytes = sequence(expected);
      assertEquals(expected, parsed(bytes, false));
      assertEquals(expected, parsed(bytes, true));
      errors += !expected.isEmpty() && expected.getLast().startsWith("end") ? 1 : 0;
      events += expected.size();
    }
    assertTrue(errors > ROUNDS / 10 && errors < ROUNDS * 0.98, "connection errors: " + errors);
    assertTrue(events > 2 * ROUNDS, "events: " + events);
  }
}
