package dev.millrace.limits;

import dev.millrace.files.ParsedPath;
import dev.millrace.files.RequestPath;
import dev.millrace.http.exchange.RequestGate;
import dev.millrace.http.parser.HeadParser;
import dev.millrace.proxy.TrustedProxies;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * Decides on requests by the rules and the rate of the settings. The first rule that matches
 * decides; the rate is for requests that no rule matches. A client that a trusted proxy names is
 * known to {@link LimitHandler} only, which decides then. Any thread.
 */
public final class RequestLimits implements RequestGate {
  private static final Verdict DENIED = new Verdict(StatusCodes.FORBIDDEN, 0, true);

  private final Clients clients;
  private final List<RequestRule> rules;
  private final @Nullable Rate rate;
  private final int burst;
  private final TrustedProxies trust;
  private final LimitStats stats;

  /** The buckets of rules that have one for all clients. */
  private final Client everyone = new Client(new ClientKey(0, false));

  public RequestLimits(
      Clients clients, LimitSettings settings, TrustedProxies trust, LimitStats stats) {
    this.clients = clients;
    this.rules = settings.rules();
    this.rate = settings.requestRate();
    this.burst = settings.requestBurst();
    this.trust = trust;
    this.stats = stats;
  }

  @Override
  public Verdict check(StreamConnection connection, HeadParser head, byte[] bytes, int base) {
    SocketAddress peer = connection.getPeerAddress();
    if (head.fields().namesClient() && trust.trusts(peer)) {
      return Verdict.LATER;
    }
    return decide(ConnectionLimits.address(peer), new Head(head, bytes, base));
  }

  /** Decides on the request of an exchange, whose source address is that of the client. */
  Verdict check(HttpServerExchange exchange) {
    return decide(exchange.getSourceAddress().getAddress(), new OfExchange(exchange));
  }

  private Verdict decide(@Nullable InetAddress address, RequestRule.Subject request) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).matches(address, request)) {
        return apply(i, address, request);
      }
    }
    Rate ofClient = rate;
    if (ofClient == null || address == null) {
      return Verdict.PASS;
    }
    long now = clients.nowNanos();
    Client client = clients.of(ClientKey.of(address));
    TokenBucket bucket = client.requests(_ -> new TokenBucket(ofClient, burst, now));
    return verdict(bucket.take(now), Limit.REQUEST_RATE, address);
  }

  private Verdict apply(int index, @Nullable InetAddress address, RequestRule.Subject request) {
    return switch (rules.get(index).action()) {
      case RequestRule.Allow _ -> Verdict.PASS;
      case RequestRule.Deny _ -> {
        stats.exceeded(Limit.DENY, text(address));
        yield DENIED;
      }
      case RequestRule.Slow slow -> {
        long now = clients.nowNanos();
        TokenBucket bucket =
            holder(slow.per(), address, request)
                .rule(index, rules.size(), _ -> new TokenBucket(slow.rate(), slow.burst(), now));
        yield verdict(bucket.take(now), Limit.RULE_RATE, address);
      }
    };
  }

  private Client holder(
      RequestRule.Per per, @Nullable InetAddress address, RequestRule.Subject request) {
    String credentials = per == RequestRule.Per.CREDENTIALS ? request.authorization() : null;
    if (credentials != null) {
      return clients.of(ClientKey.ofCredentials(credentials));
    }
    return per == RequestRule.Per.RULE || address == null
        ? everyone
        : clients.of(ClientKey.of(address));
  }

  private Verdict verdict(long waitNanos, Limit limit, @Nullable InetAddress address) {
    if (waitNanos == 0) {
      return Verdict.PASS;
    }
    stats.exceeded(limit, text(address));
    long second = TimeUnit.SECONDS.toNanos(1);
    return new Verdict(StatusCodes.TOO_MANY_REQUESTS, (waitNanos + second - 1) / second, true);
  }

  private static String text(@Nullable InetAddress address) {
    return address == null ? "an unknown client" : ClientKey.of(address).toString();
  }

  private static @Nullable String decoded(String target) {
    return RequestPath.parse(target) instanceof ParsedPath path ? path.decoded() : null;
  }

  /** A request as the parser has it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Head(HeadParser head, byte[] bytes, int base) implements RequestRule.Subject {
    @Override
    public @Nullable String path() {
      int start = base + head.pathStart();
      int end = start;
      while (end < base + head.targetEnd() && bytes[end] != '?') {
        end++;
      }
      return decoded(
          start == end ? "/" : new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    @Override
    public String userAgent() {
      String value = head.fields().value("user-agent", bytes, base);
      return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String authorization() {
      return head.fields().value("authorization", bytes, base);
    }
  }

  /** The same of an exchange. */
  private record OfExchange(HttpServerExchange exchange) implements RequestRule.Subject {
    @Override
    public @Nullable String path() {
      return decoded(exchange.getRequestURI());
    }

    @Override
    public String userAgent() {
      String value = exchange.getRequestHeaders().getFirst(Headers.USER_AGENT);
      return Objects.requireNonNullElse(value, "").toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable String authorization() {
      return exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    }
  }
}
