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
  private final boolean checks;
  private final List<RequestRule> rules;
  private final @Nullable Rate rate;
  private final int burst;
  private final TrustedProxies trust;
  private final LimitStats stats;

  /** The buckets of rules that have one for all clients. */
  private final Client everyone = new Client(new ClientKey(0, false));

  /** Starts with full buckets. */
  public RequestLimits(LimitSettings settings, TrustedProxies trust, LimitStats stats) {
    this.clients = new Clients(System::nanoTime, settings);
    this.checks = settings.checksRequests();
    this.rules = settings.rules();
    this.rate = settings.requestRate();
    this.burst = settings.requestBurst();
    this.trust = trust;
    this.stats = stats;
  }

  @Override
  public Verdict check(StreamConnection connection, HeadParser head, byte[] bytes, int base) {
    if (!checks) {
      return Verdict.PASS;
    }
    SocketAddress peer = connection.getPeerAddress();
    if (head.fields().namesClient() && trust.trusts(peer)) {
      return Verdict.LATER;
    }
    InetAddress address = ConnectionLimits.address(peer);
    Head request = new Head(head, bytes, base);
    int rule = find(address, request);
    // A response that is charged must have an exchange, which knows its length at its end.
    return limitsBytes(rule) ? Verdict.LATER : decide(rule, address, request);
  }

  /** The clients that have buckets. */
  public Clients clients() {
    return clients;
  }

  /** Decides on the request of an exchange, whose source address is that of the client. */
  Verdict check(HttpServerExchange exchange) {
    InetAddress address = ConnectionLimits.address(exchange.getSourceAddress());
    OfExchange request = new OfExchange(exchange);
    int rule = find(address, request);
    Verdict verdict = decide(rule, address, request);
    if (limitsBytes(rule) && verdict.passes()) {
      chargeAtEnd(exchange, bytes(rule, address, request, clients.nowNanos()));
    }
    return verdict;
  }

  private void chargeAtEnd(HttpServerExchange exchange, TokenBucket bucket) {
    exchange.addExchangeCompleteListener((ended, next) -> {
      bucket.charge(ended.getResponseBytesSent(), clients.nowNanos());
      next.proceed();
    });
  }

  /** The index of the rule that decides, or -1. */
  private int find(@Nullable InetAddress address, RequestRule.Subject request) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).matches(address, request)) {
        return i;
      }
    }
    return -1;
  }

  private boolean limitsBytes(int rule) {
    return rule >= 0
        && rules.get(rule).action() instanceof RequestRule.Slow slow
        && slow.bytes() != null;
  }

  private Verdict decide(int rule, @Nullable InetAddress address, RequestRule.Subject request) {
    if (rule >= 0) {
      return apply(rule, address, request);
    }
    Rate ofClient = rate;
    if (ofClient == null || address == null) {
      return Verdict.PASS;
    }
    long now = clients.nowNanos();
    Client client = clients.of(ClientKey.of(address));
    TokenBucket bucket = client.requests(_ -> TokenBucket.of(ofClient, burst, now));
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
        if (slow.bytes() != null) {
          long wait = bytes(index, address, request, now).waitNanos(now);
          if (wait > 0) {
            yield verdict(wait, Limit.RULE_BYTES, address);
          }
        }
        Rate ofRule = slow.rate();
        if (ofRule == null) {
          yield Verdict.PASS;
        }
        TokenBucket bucket =
            holder(slow.per(), address, request)
                .rule(2 * index, 2 * rules.size(), _ -> TokenBucket.of(ofRule, slow.burst(), now));
        yield verdict(bucket.take(now), Limit.RULE_RATE, address);
      }
    };
  }

  /** The bucket of bytes of a rule that limits them. */
  private TokenBucket bytes(
      int index, @Nullable InetAddress address, RequestRule.Subject request, long now) {
    if (rules.get(index).action() instanceof RequestRule.Slow slow && slow.bytes() != null) {
      ByteRate rate = slow.bytes();
      return holder(slow.per(), address, request)
          .rule(2 * index + 1, 2 * rules.size(), _ -> TokenBucket.of(rate, slow.byteBurst(), now));
    }
    throw new IllegalArgumentException("the rule does not limit bytes");
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
