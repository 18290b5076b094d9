package dev.millrace.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URL;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;

/**
 * acme4j's connection with three differences. The timeout of the session's network settings covers
 * a request up to the last byte of the response, whereas that of Java's client ends with the head;
 * a body has a maximum size; and an interrupt ends a request at once and is kept for the caller.
 */
final class AuthorityConnection extends DefaultConnection {
  /** A chain of certificates is some 10 KiB. */
  private static final int MAX_RESPONSE_BYTES = 1 << 20;

  private static final BodyHandler<InputStream> BOUNDED =
      response ->
          BodySubscribers.mapping(
              BodySubscribers.limiting(BodySubscribers.ofByteArray(), MAX_RESPONSE_BYTES),
              ByteArrayInputStream::new);

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final int MAX_DELTA_DIGITS = 9;

  private final InstantSource clock;
  private final Consumer<Instant> busyUntil;

  /**
   * @param busyUntil called if the authority rejects a request until some later moment
   */
  AuthorityConnection(HttpConnector connector, InstantSource clock, Consumer<Instant> busyUntil) {
    super(connector);
    this.clock = clock;
    this.busyUntil = busyUntil;
  }

  @Override
  protected void sendRequest(Session session, URL url, Consumer<HttpRequest.Builder> body)
      throws IOException {
    Duration limit = session.networkSettings().getTimeout();
    HttpRequest.Builder builder =
        httpConnector
            .createRequestBuilder(url)
            .setHeader("User-Agent", "Millrace " + HttpConnector.defaultUserAgent())
            .header("Accept-Language", session.getLanguageHeader());
    body.accept(builder);
    CompletableFuture<HttpResponse<InputStream>> sent =
        httpClient.sendAsync(builder.build(), BOUNDED);
    HttpResponse<InputStream> response;
    try {
      response = sent.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      var _ = sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (TimeoutException slow) {
      var _ = sent.cancel(true);
      throw new HttpTimeoutException(
          "no response from " + url + " within " + limit.toMillis() + " ms");
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
    lastResponse = response;
    int status = response.statusCode();
    if (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE) {
      getRetryAfter().ifPresent(busyUntil);
    }
  }

  /**
   * The moment that Retry-After names, by this machine's clock: acme4j adds the seconds to the
   * authority's Date, which is wrong if the two clocks differ. Empty if the field is malformed.
   */
  @Override
  public Optional<Instant> getRetryAfter() {
    @Nullable HttpResponse<InputStream> response = lastResponse;
    return response == null
        ? Optional.empty()
        : response.headers().firstValue("Retry-After").flatMap(this::moment);
  }

  private Optional<Instant> moment(String retryAfter) {
    String text = retryAfter.strip();
    if (text.matches("\\d{1," + MAX_DELTA_DIGITS + "}")) {
      return Optional.of(clock.instant().plusSeconds(Long.parseLong(text)));
    }
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }
}
