package dev.millrace.server;

import dev.millrace.config.Key;
import dev.millrace.config.Parser;
import dev.millrace.transport.TransportChoice;
import java.util.List;
import java.util.Map;

/** The settings of the transport. */
public final class TransportSettings {
  /** More loops a processor only wait for each other; more is probably a typing error. */
  private static final int LOOPS_PER_PROCESSOR = 2;

  public static final Key<TransportChoice> CHOICE =
      Key.one(
          "transport",
          "auto",
          "auto|uring|nio",
          "Transport of HTTP; auto falls back to nio and logs the reason.",
          Parser.oneOf(
              Map.of(
                  "auto", TransportChoice.AUTO,
                  "uring", TransportChoice.URING,
                  "nio", TransportChoice.NIO),
              "auto, uring, nio"));

  public static final Key<Integer> LOOPS =
      Key.one(
          "loops",
          "1",
          "N",
          "Number of loops, each with its own thread, ring and sockets; at most two a processor.",
          Parser.number(1, LOOPS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()));

  public static final Key<Boolean> ZERO_COPY =
      Key.one(
          "zero-copy",
          "off",
          "on|off",
          "Whether io_uring sends bytes from memory without copying them; for fast networks.",
          Parser::flag);

  /** The keys of the transport. */
  public static final List<Key<?>> KEYS = List.of(CHOICE, LOOPS, ZERO_COPY);

  private TransportSettings() {}
}
