package dev.millrace.simulation;

import dev.millrace.server.Http2Client;
import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 with several streams and windows of any size, which cancels some of them.
 * Checks each frame, and that the server keeps to the windows.
 */
final class Http2DayClient extends Client {
  private static final int[] WINDOWS = {1, 100, 1 << 14, 65_535, 1 << 20};
  private static final int SMALL_BYTES = 1024;
  private static final int FIRST_WINDOW = 65_535;
  private static final int MAX_FRAME_BYTES = 1 << 14;

  private enum Manner {
    POLITE,
    BREAKS_OFF,
    /** Says that it opens no more streams, and waits for the end. */
    LEAVES
  }

  private static final class Exchange {
    final Ask ask;
    final long sentNanos;
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    @Nullable Map<String, String> fields;
    long window;
    int consumed;

    Exchange(Ask ask, long sentNanos, long window) {
      this.ask = ask;
      this.sentNanos = sentNanos;
      this.window = window;
    }
  }

  private final Manner manner = Manner.values()[random.nextInt(Manner.values().length)];
  private final int depth = 1 + random.nextInt(8);
  private final int streamWindow = WINDOWS[random.nextInt(WINDOWS.length)];
  private final int breakAfterBytes = random.nextInt(300_000);
  private final HpackDecoder decoder = new HpackDecoder(4096);
  private final Map<Integer, Exchange> open = new TreeMap<>();
  private final ByteArrayOutputStream control = new ByteArrayOutputStream();
  private final ByteArrayOutputStream block = new ByteArrayOutputStream();
  private byte[] partial = {};
  private int left = 1 + random.nextInt(10);
  private int nextStream = 1;
  private int receivedBytes;
  private long connectionWindow = FIRST_WINDOW;
  private int connectionConsumed;
  private int blockStream;
  private boolean blockEnds;
  private boolean leaving;
  private boolean goneAway;

  /** The server has refused the client for its many small windows. */
  private boolean tooBusy;

  Http2DayClient(ServerDay day, int number, SplittableRandom random, Pipe pipe) {
    super(day, number, random, pipe);
    control.writeBytes(Http2Client.preface());
    ByteBuffer settings = ByteBuffer.allocate(6).putShort((short) 4).putInt(streamWindow);
    control.writeBytes(Http2Client.frame(Http2Client.SETTINGS, 0, 0, settings.array()));
  }

  @Override
  void think() {
    openWindows();
    while (left > 0 && open.size() < depth && !goneAway) {
      left--;
      Ask ask = Ask.draw(random, day.tree(), day.answers());
      List<String> more = new ArrayList<>();
      ask.fields().forEach((name, value) -> more.addAll(List.of(name, value)));
      byte[] head =
          Http2Client.block(
              Http2Client.request(ask.method(), ask.path(), more.toArray(String[]::new)));
      int flags = Http2Client.END_STREAM | Http2Client.END_HEADERS;
      control.writeBytes(Http2Client.frame(Http2Client.HEADERS, flags, nextStream, head));
      open.put(nextStream, new Exchange(ask, day.nowNanos(), streamWindow));
      nextStream += 2;
    }
    if (!open.isEmpty() && random.nextInt(200) == 0) {
      cancel();
    }
    if (left == 0 && open.isEmpty() && control.size() == 0) {
      if (manner == Manner.LEAVES && !leaving) {
        leaving = true;
        control.writeBytes(Http2Client.frame(Http2Client.GOAWAY, 0, 0, new byte[8]));
      } else if (manner != Manner.LEAVES) {
        finish();
        return;
      }
    }
    if (control.size() > 0) {
      send(control.toByteArray());
      control.reset();
    }
  }

  private void cancel() {
    int index = random.nextInt(open.size());
    int stream = new ArrayList<>(open.keySet()).get(index);
    control.writeBytes(
        Http2Client.frame(
            Http2Client.RST_STREAM, 0, stream, Http2Client.int32(Http2Client.CANCEL)));
    open.remove(stream);
  }

  /** Gives back what was consumed, sooner or later. */
  private void openWindows() {
    if (connectionConsumed > 0 && random.nextInt(3) > 0) {
      connectionWindow += connectionConsumed;
      update(0, connectionConsumed);
      connectionConsumed = 0;
    }
    open.forEach((stream, exchange) -> {
      if (exchange.consumed > 0 && random.nextInt(3) > 0) {
        // A small window grows, so that a day has few frames.
        int grows = Math.max(exchange.consumed, random.nextInt(4096));
        exchange.window += grows;
        update(stream, grows);
        exchange.consumed = 0;
      }
    });
  }

  private void update(int stream, int bytes) {
    control.writeBytes(
        Http2Client.frame(Http2Client.WINDOW_UPDATE, 0, stream, Http2Client.int32(bytes)));
  }

  @Override
  void take(byte[] bytes, int length) {
    receivedBytes += length;
    byte[] all = Arrays.copyOf(partial, partial.length + length);
    System.arraycopy(bytes, 0, all, partial.length, length);
    int at = 0;
    while (all.length - at >= 9) {
      ByteBuffer head = ByteBuffer.wrap(all, at, 9);
      int lengthAndType = head.getInt();
      int flags = head.get();
      int stream = head.getInt();
      int payload = lengthAndType >>> 8;
      if (payload > MAX_FRAME_BYTES) {
        wrong("a frame of " + payload + " bytes");
        return;
      }
      if (all.length - at < 9 + payload) {
        break;
      }
      byte[] content = Arrays.copyOfRange(all, at + 9, at + 9 + payload);
      frame(new Http2Client.Frame(lengthAndType & 0xff, flags, stream, content));
      at += 9 + payload;
    }
    partial = Arrays.copyOfRange(all, at, all.length);
    if (manner == Manner.BREAKS_OFF && receivedBytes > breakAfterBytes) {
      finish();
    }
  }

  private void frame(Http2Client.Frame frame) {
    if (blockStream != 0 && frame.type() != Http2Client.CONTINUATION) {
      wrong("a frame within a header block: " + frame);
    }
    switch (frame.type()) {
      case Http2Client.SETTINGS -> {
        if ((frame.flags() & Http2Client.ACK) == 0) {
          control.writeBytes(Http2Client.frame(Http2Client.SETTINGS, Http2Client.ACK, 0));
        }
      }
      case Http2Client.PING ->
          control.writeBytes(
              Http2Client.frame(Http2Client.PING, Http2Client.ACK, 0, frame.payload()));
      case Http2Client.HEADERS, Http2Client.CONTINUATION -> headers(frame);
      case Http2Client.DATA -> data(frame);
      case Http2Client.RST_STREAM -> reset(frame);
      case Http2Client.GOAWAY -> {
        goneAway = true;
        int code = frame.int32(4);
        tooBusy |= code == Http2Client.ENHANCE_YOUR_CALM && streamWindow < SMALL_BYTES;
        if (code != Http2Client.NO_ERROR && !tooBusy) {
          wrong("GOAWAY with code " + code);
        }
      }
      case Http2Client.WINDOW_UPDATE -> {}
      default -> wrong("an unexpected " + frame);
    }
  }

  private void headers(Http2Client.Frame frame) {
    blockStream = frame.stream();
    blockEnds |= frame.isEndStream();
    block.writeBytes(frame.payload());
    if ((frame.flags() & Http2Client.END_HEADERS) == 0) {
      return;
    }
    Map<String, String> fields = decode();
    Exchange exchange = open.get(blockStream);
    boolean ends = blockEnds;
    int stream = blockStream;
    blockStream = 0;
    blockEnds = false;
    if (exchange != null) {
      if (exchange.fields != null) {
        wrong("a second header block on stream " + stream);
      }
      exchange.fields = fields;
      if (ends) {
        complete(stream, exchange);
      }
    }
  }

  private Map<String, String> decode() {
    Map<String, String> fields = new LinkedHashMap<>();
    decoder.setHeaderEmitter((name, value, never) -> fields.put(name.toString(), value));
    try {
      decoder.decode(ByteBuffer.wrap(block.toByteArray()), false);
    } catch (HpackException broken) {
      wrong("a header block: " + broken);
    }
    block.reset();
    return fields;
  }

  private void data(Http2Client.Frame frame) {
    int bytes = frame.payload().length;
    connectionWindow -= bytes;
    connectionConsumed += bytes;
    if (connectionWindow < 0) {
      wrong("the window of the connection is exceeded by " + -connectionWindow);
    }
    Exchange exchange = open.get(frame.stream());
    if (exchange == null) {
      return; // cancelled
    }
    exchange.window -= bytes;
    exchange.consumed += bytes;
    if (exchange.window < 0) {
      wrong("the window of stream " + frame.stream() + " is exceeded by " + -exchange.window);
    }
    if (exchange.fields == null) {
      wrong("DATA before HEADERS");
    }
    exchange.body.writeBytes(frame.payload());
    if (frame.isEndStream()) {
      complete(frame.stream(), exchange);
    }
  }

  private void complete(int stream, Exchange exchange) {
    open.remove(stream);
    check(exchange, true);
    if (exchange.fields != null && !exchange.ask.isHead()) {
      String length = exchange.fields.get("content-length");
      boolean bodiless = "304".equals(exchange.fields.get(":status"));
      if (length != null && !bodiless && Integer.parseInt(length) != exchange.body.size()) {
        wrong("content-length " + length + ", " + exchange.body.size() + " bytes");
      }
    }
  }

  private void check(Exchange exchange, boolean complete) {
    Map<String, String> fields = exchange.fields;
    if (fields != null) {
      int status = Integer.parseInt(fields.get(":status"));
      byte[] body = exchange.body.toByteArray();
      day.answers().check(exchange.ask, exchange.sentNanos, status, fields, body, complete);
    }
  }

  private void reset(Http2Client.Frame frame) {
    Exchange exchange = open.remove(frame.stream());
    if (exchange == null) {
      return;
    }
    check(exchange, false);
    if (!tooBusy && !mayBeCut(exchange)) {
      wrong("stream " + frame.stream() + " is reset with code " + frame.int32(0));
    }
  }

  private boolean mayBeCut(Exchange exchange) {
    return day.answers().mayBeCut(exchange.ask, exchange.sentNanos);
  }

  @Override
  void over(boolean broken) {
    open.values().forEach(exchange -> check(exchange, false));
    if ((left > 0 || !open.isEmpty()) && !tooBusy && !day.answers().mayFail()) {
      wrong("the connection ended early" + (broken ? ", broken" : ""));
    }
  }

  @Override
  String state() {
    List<String> waits = new ArrayList<>();
    open.forEach((stream, e) ->
        waits.add(
            stream
                + ": "
                + e.ask
                + " "
                + e.fields
                + ", "
                + e.body.size()
                + " bytes, window "
                + e.window));
    return "HTTP/2 "
        + manner
        + ", "
        + left
        + " to send, window "
        + connectionWindow
        + ", waits for "
        + waits;
  }
}
