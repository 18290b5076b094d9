package dev.millrace.http.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.accesslog.AccessLog;
import dev.millrace.http.http1.FakeThread;
import dev.millrace.http.parser.RejectReason;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Checks the contract of {@code http.exchange} with an engine that has no bytes. */
class MemoryConnectionTest {
  private static MemoryConnection.Request get(String path, String query) {
    return new MemoryConnection.Request("GET", path, query, Map.of("Host", "a", "X-One", "1"));
  }

  @Test
  void anExchangeHasTheMethodPathQueryAndFieldsOfItsHead() throws Exception {
    FakeThread.run(() -> {
      StringBuilder seen = new StringBuilder();
      MemoryConnection connection =
          new MemoryConnection(exchange -> {
            seen.append(exchange.getRequestMethod())
                .append(' ')
                .append(exchange.getRequestURI())
                .append(' ')
                .append(exchange.getRequestPath())
                .append(' ')
                .append(exchange.getQueryString())
                .append(' ')
                .append(exchange.getQueryParameters().get("b").getFirst())
                .append(' ')
                .append(exchange.getRequestHeaders().getFirst("x-one"));
            exchange.getResponseSender().send("hello");
          });
      HttpServerExchange exchange = connection.handle(get("/a;p=1/%C3%A4", "b=%20"));
      assertEquals("GET /a;p=1/%C3%A4 /a/%C3%A4 b=%20 %20 1", seen.toString());
      assertEquals("hello", connection.body());
      assertEquals(new ResponseFraming(5, false), connection.framing());
      assertTrue(connection.isComplete());
      assertTrue(exchange.isPersistent());
    });
  }

  @Test
  void aHeadResponseHasTheLengthOfGetAndA304HasNone() throws Exception {
    FakeThread.run(() -> {
      HttpHandler hello = exchange -> exchange.getResponseSender().send("hello");
      MemoryConnection head = new MemoryConnection(hello);
      head.handle(new MemoryConnection.Request("HEAD", "/", "", Map.of()));
      assertEquals(new ResponseFraming(5, true), head.framing());
      assertEquals("", head.body());

      MemoryConnection none =
          new MemoryConnection(exchange -> {
            exchange.setStatusCode(304);
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 7);
            exchange.endExchange();
          });
      HttpServerExchange notModified = none.handle(get("/", ""));
      assertEquals(new ResponseFraming(ResponseFraming.UNKNOWN, true), none.framing());
      assertNull(notModified.getResponseHeaders().getFirst(Headers.CONTENT_LENGTH));
    });
  }

  @Test
  void aRejectedRequestIsCountedAndLoggedLikeAnyOther() throws Exception {
    FakeThread.run(() -> {
      List<AccessLog.Entry> logged = new ArrayList<>();
      AccessLog log =
          new AccessLog(
              new RejectionHandler(_ -> {
                throw new AssertionError("a rejected request must not reach the next handler");
              }),
              logged::addAll);
      RequestStats stats = new RequestStats();
      RequestTracker tracker = new RequestTracker(log, stats);
      MemoryConnection connection = new MemoryConnection(tracker);
      HttpServerExchange exchange =
          connection.refuse(new Refusal(RejectReason.TARGET_TOO_LONG, "GET /long HTTP/1.1"));
      assertEquals(414, exchange.getStatusCode());
      assertFalse(exchange.isPersistent());
      log.hand();
      assertEquals("/long", logged.getFirst().target());
      assertEquals(414, logged.getFirst().status());
      assertEquals(0, tracker.active());
      assertEquals(4, stats.all().getFirst().statusClass());
    });
  }

  @Test
  void aThrowingHandlerGets500() throws Exception {
    FakeThread.run(() -> {
      MemoryConnection connection =
          new MemoryConnection(_ -> {
            throw new IllegalStateException("a defect, on purpose");
          });
      assertEquals(500, connection.handle(get("/", "")).getStatusCode());
      assertTrue(connection.isComplete());
    });
  }

  @Test
  void anAbortedExchangeRunsItsAbortCallbackOnce() throws Exception {
    FakeThread.run(() -> {
      AtomicReference<HttpServerExchange> waiting = new AtomicReference<>();
      MemoryConnection connection =
          new MemoryConnection(exchange -> waiting.set(exchange.dispatch(Runnable::run, () -> {})));
      connection.handle(get("/", ""));
      List<String> runs = new ArrayList<>();
      RequestOrigin.of(waiting.get()).onAbort(() -> runs.add("aborted"));
      connection.close();
      connection.abortRequest();
      connection.abortRequest();
      assertEquals(List.of("aborted"), runs);
    });
  }
}
