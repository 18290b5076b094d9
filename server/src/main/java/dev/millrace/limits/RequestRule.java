package dev.millrace.limits;

import dev.millrace.proxy.Cidr;
import dev.millrace.text.Glob;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A rule for requests. It matches a request if each list that is not empty has an item that
 * matches.
 *
 * @param paths patterns of decoded paths
 * @param userAgents parts of User-Agent, in any case
 * @param addresses blocks of client addresses
 * @param action what happens to a request that matches
 */
public record RequestRule(
    List<Glob> paths, List<String> userAgents, List<Cidr> addresses, Action action) {
  /** What happens to a request. */
  public sealed interface Action permits Allow, Deny, Slow {}

  /** It is answered. */
  public record Allow() implements Action {}

  /** It is refused with 403. */
  public record Deny() implements Action {}

  /**
   * It is answered if both buckets have a token, else refused with 429.
   *
   * @param rate of requests; null for any
   * @param burst requests in a full bucket
   * @param bytes of responses, which are charged when they end; null for any
   * @param byteBurst bytes in a full bucket
   * @param per what has buckets
   */
  public record Slow(
      @Nullable Rate rate, int burst, @Nullable ByteRate bytes, long byteBurst, Per per)
      implements Action {}

  /** What has buckets of its own. */
  public enum Per {
    /** Each client. */
    CLIENT,
    /** Each value of Authorization; requests without it count by client. */
    CREDENTIALS,
    /** The rule: all requests that match share its buckets. */
    RULE
  }

  /** What rules see of a request. */
  interface Subject {
    /** The decoded path; null if it is malformed. */
    @Nullable String path();

    /** User-Agent in lower case; empty if there is none. */
    String userAgent();

    /** The value of Authorization, or null. */
    @Nullable String authorization();
  }

  public RequestRule {
    paths = List.copyOf(paths);
    userAgents = userAgents.stream().map(part -> part.toLowerCase(Locale.ROOT)).toList();
    addresses = List.copyOf(addresses);
  }

  boolean matches(@Nullable InetAddress address, Subject request) {
    return matchesAddress(address) && matchesUserAgent(request) && matchesPath(request);
  }

  private boolean matchesAddress(@Nullable InetAddress address) {
    if (addresses.isEmpty()) {
      return true;
    }
    for (Cidr block : addresses) {
      if (address != null && block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private boolean matchesUserAgent(Subject request) {
    if (userAgents.isEmpty()) {
      return true;
    }
    String userAgent = request.userAgent();
    for (String part : userAgents) {
      if (userAgent.contains(part)) {
        return true;
      }
    }
    return false;
  }

  private boolean matchesPath(Subject request) {
    if (paths.isEmpty()) {
      return true;
    }
    String path = request.path();
    for (Glob pattern : paths) {
      if (path != null && pattern.matches(path)) {
        return true;
      }
    }
    return false;
  }

  /** Whether this rule matches each request that another one matches, as far as can be told. */
  boolean covers(RequestRule other) {
    return coversAll(
            paths.stream().map(Glob::toString).toList(),
            other.paths.stream().map(Glob::toString).toList(),
            "/**")
        && coversAll(userAgents, other.userAgents, null)
        && coversAll(addresses, other.addresses, null);
  }

  private static <T> boolean coversAll(List<T> ours, List<T> theirs, @Nullable T everything) {
    return ours.isEmpty()
        || (everything != null && ours.contains(everything))
        || (!theirs.isEmpty() && ours.containsAll(theirs));
  }
}
