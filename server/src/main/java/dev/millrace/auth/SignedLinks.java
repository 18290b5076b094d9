package dev.millrace.auth;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.http.exchange.RequestTarget;
import io.undertow.server.HttpServerExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Links that give access to one path until a time, without another proof: {@code
 * /path?expires=SECONDS&signature=HEX}, with {@code &address=} and {@code &method=} before the
 * signature if the link is for one client, or for another method than GET and HEAD. The signature
 * is an HMAC with SHA-256 (RFC 2104) of all of these.
 */
public final class SignedLinks implements Credentials {
  /** The shortest key. */
  public static final int MIN_KEY_BYTES = 16;

  private static final Pattern QUERY =
      Pattern.compile(
          "(?:.*&)?expires=(\\d{1,12})(?:&address=([0-9a-fA-F.:]+))?(?:&method=([A-Z]+))?"
              + "&signature=([0-9a-f]{64})");

  private final List<byte[]> keys;
  private final LongSupplier nowSeconds;

  /**
   * @param keys of at least {@link #MIN_KEY_BYTES} bytes; a link may be signed with any
   */
  public SignedLinks(List<byte[]> keys) {
    this(keys, () -> System.currentTimeMillis() / 1000);
  }

  SignedLinks(List<byte[]> keys, LongSupplier nowSeconds) {
    this.keys = List.copyOf(keys);
    this.nowSeconds = nowSeconds;
  }

  /**
   * The query of a link.
   *
   * @param path percent-encoded or not; it is signed as the server reads it
   * @param address of the client for which the link is, or null
   * @param method null for GET and HEAD
   * @throws IllegalArgumentException if the path is malformed
   */
  public static String query(
      byte[] key, String path, long expires, @Nullable String address, @Nullable String method) {
    String canonical = canonical(path);
    if (canonical == null) {
      throw new IllegalArgumentException(path + " is not a path that begins with a slash");
    }
    return "expires="
        + expires
        + (address == null ? "" : "&address=" + address)
        + (method == null ? "" : "&method=" + method)
        + "&signature="
        + HexFormat.of()
            .formatHex(sign(key, canonical, "" + expires, or(address, ""), or(method, "GET")));
  }

  private static String or(@Nullable String text, String other) {
    return text == null ? other : text;
  }

  /** The path as the server reads it, percent-encoded in one way; null if it is malformed. */
  private static @Nullable String canonical(String path) {
    if (!(RequestPath.parse(path) instanceof ParsedPath names)) {
      return null;
    }
    String directory = names.encodedDirectory();
    return names.directory() || names.segments().isEmpty()
        ? directory
        : directory.substring(0, directory.length() - 1);
  }

  private static byte[] sign(
      byte[] key, String path, String expires, String address, String method) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      String text = String.join("\n", "millrace-link-1", method, path, expires, address);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing); // each Java platform has it
    }
  }

  /** Whether a request's query has a signature. */
  static boolean isPresentedBy(HttpServerExchange exchange) {
    return QUERY.matcher(exchange.getQueryString()).matches();
  }

  @Override
  public String presented(HttpServerExchange exchange) {
    InetSocketAddress source = exchange.getSourceAddress();
    String address =
        source == null || source.getAddress() == null ? "" : source.getAddress().getHostAddress();
    String path = canonical(RequestTarget.path(exchange));
    return String.join(
        "\n",
        exchange.getRequestMethod().toString(),
        path == null ? "" : path,
        address,
        exchange.getQueryString());
  }

  @Override
  public Verdict cachedResult(@Nullable String presented) {
    return verify(presented);
  }

  @Override
  public Verdict verify(@Nullable String presented) {
    String[] parts = presented == null ? new String[0] : presented.split("\n", 4);
    if (parts.length < 4) {
      return Verdict.REFUSED;
    }
    Matcher query = QUERY.matcher(parts[3]);
    if (!query.matches() || Long.parseLong(query.group(1)) < nowSeconds.getAsLong()) {
      return Verdict.REFUSED;
    }
    String address = query.group(2);
    String method = or(query.group(3), "GET");
    boolean allowed =
        method.equals("GET")
            ? parts[0].equals("GET") || parts[0].equals("HEAD")
            : parts[0].equals(method);
    if (!allowed || (address != null && !isSame(address, parts[2]))) {
      return Verdict.REFUSED;
    }
    byte[] signature = HexFormat.of().parseHex(query.group(4));
    boolean match = false;
    for (byte[] key : keys) {
      match |=
          MessageDigest.isEqual(
              signature, sign(key, parts[1], query.group(1), or(address, ""), method));
    }
    return match ? new Verdict(true, "link") : Verdict.REFUSED;
  }

  /** Compares addresses, which can be written in several ways. */
  private static boolean isSame(String one, String other) {
    try {
      return InetAddress.ofLiteral(one).equals(InetAddress.ofLiteral(other));
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  /** Null: another link is needed. */
  @Override
  public @Nullable String challenge() {
    return null;
  }

  /** Credentials in place of which a signed link is accepted. */
  record Or(SignedLinks links, Credentials other) implements Credentials {
    @Override
    public @Nullable String presented(HttpServerExchange exchange) {
      if (isPresentedBy(exchange)) {
        return "link\n" + links.presented(exchange);
      }
      String presented = other.presented(exchange);
      return presented == null ? null : "other\n" + presented;
    }

    private static @Nullable String after(@Nullable String presented, String prefix) {
      return presented != null && presented.startsWith(prefix)
          ? presented.substring(prefix.length())
          : null;
    }

    @Override
    public @Nullable Verdict cachedResult(@Nullable String presented) {
      String link = after(presented, "link\n");
      return link == null
          ? other.cachedResult(after(presented, "other\n"))
          : links.cachedResult(link);
    }

    @Override
    public Verdict verify(@Nullable String presented) {
      String link = after(presented, "link\n");
      return link == null ? other.verify(after(presented, "other\n")) : links.verify(link);
    }

    @Override
    public @Nullable String challenge() {
      return other.challenge();
    }
  }
}
