package dev.millrace.http.parser;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses addresses: four decimal numbers, or IPv6 without a zone. Never resolves a name. */
public final class IpLiteral {
  private static final Pattern SHAPE =
      Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private IpLiteral() {}

  /** The address; null if the text is not one. */
  public static @Nullable InetAddress parse(String text) {
    if (!SHAPE.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException notOne) {
      return null;
    }
  }
}
