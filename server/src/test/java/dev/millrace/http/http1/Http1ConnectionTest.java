package dev.millrace.http.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.http.parser.HttpLimits;
import dev.millrace.http.parser.RejectReason;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.channels.StreamSourceChannel;

/** One connection between a handler and a transport that the test controls. */
class Http1ConnectionTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String LAST = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  private static HttpHandler sending(String text) {
    return exchange -> {
      if (((Http1Connection) exchange.getConnection()).refusal() == null) {
        exchange.getResponseSender().send(text);
      } else {
        exchange.setStatusCode(400);
        exchange.endExchange();
      }
    };
  }

  /** Opens a connection for a handler. */
  private static FakeConnection open(HttpHandler handler) {
    FakeConnection fake = new FakeConnection();
    fake.loop(HttpLimits.DEFAULT, handler).handleEvent(fake);
    return fake;
  }

  private static void arrive(FakeConnection fake, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    fake.source().arrive(bytes, 0, bytes.length);
    fake.settle();
  }

  /** The bytes written, without Date fields. */
  private static String written(FakeConnection fake) {
    return fake.sink().written().replaceAll("Date: [^\r]{29}\r\n", "");
  }

  private static String response(String body, String... fields) {
    StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return head.append("Content-Length: ")
        .append(body.length())
        .append("\r\n\r\n")
        .append(body)
        .toString();
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  // ---- order and end of connections ------------------------------------------------------------

  @Test
  void responsesDoNotDependOnHowPipelinedRequestsAreSplit() throws Exception {
    FakeThread.run(() -> {
      String requests =
          GET
              + "POST /y?a=100% HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
              + "POST /z HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n0\r\n\r\n"
              + LAST
              + GET;
      List<String> expected =
          List.of("GET /x ", "POST /y?a=100%25 hello", "POST /z abc", "GET /x ");
      for (int at = 0; at <= requests.length(); at++) {
        List<String> seen = new ArrayList<>();
        FakeConnection fake = open(new Recorder(seen));
        arrive(fake, requests.substring(0, at));
        arrive(fake, requests.substring(at));
        assertEquals(expected, seen, "split at " + at);
        assertEquals(4, count(written(fake), "HTTP/1.1 200 OK"), written(fake));
        assertTrue(fake.getSinkChannel().getConduit().isWriteShutdown());
        fake.source().end();
        fake.settle();
        assertFalse(fake.isOpen());
        assertEquals(List.of(), FakeThread.current().timers());
      }
    });
  }

  @Test
  void aHeadThatArrivesByteByByteIsHandledOnce() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake = open(sending("ok"));
      for (char c : (GET + GET).toCharArray()) {
        arrive(fake, String.valueOf(c));
      }
      assertEquals(response("ok") + response("ok"), written(fake));
      assertEquals(2, fake.stats().passed());
      assertEquals(List.of(), FakeThread.current().timers());
    });
  }

  @Test
  void aRejectionIsSentInOrderAndLaterRequestsAreDropped() throws Exception {
    FakeThread.run(() -> {
      AtomicReference<HttpServerExchange> waiting = new AtomicReference<>();
      FakeConnection fake =
          open(exchange -> {
            if (((Http1Connection) exchange.getConnection()).refusal() == null) {
              waiting.set(exchange.dispatch(Runnable::run, () -> {}));
            } else {
              sending("").handleRequest(exchange);
            }
          });
      arrive(fake, GET + "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" + GET);
      assertEquals("", written(fake));
      waiting.get().getResponseSender().send("first");
      fake.settle();
      String text = written(fake);
      assertTrue(text.startsWith(response("first") + "HTTP/1.1 400 Bad Request\r\n"), text);
      assertEquals(1, fake.stats().rejected(RejectReason.BAD_HOST));
      arrive(fake, GET);
      assertEquals(text, written(fake));
      assertTrue(fake.isOpen(), "lingers");
      fake.source().end();
      fake.settle();
      assertFalse(fake.isOpen());
    });
  }

  @Test
  void aHeadThatExceedsItsTimeoutIsRejected() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake = open(sending("ok"));
      arrive(fake, "GET /x HTTP/1.1\r\n");
      FakeThread.Timer timer = FakeThread.current().timers().getFirst();
      assertEquals(10_000, timer.millis());
      timer.task().run();
      fake.settle();
      assertTrue(written(fake).startsWith("HTTP/1.1 400 "), written(fake));
      assertEquals(1, fake.stats().rejected(RejectReason.HEAD_TIMEOUT));
    });
  }

  @Test
  void lingeringIsBoundedInBytesAndTime() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake = open(sending("ok"));
      arrive(fake, LAST);
      byte[] block = new byte[1 << 20];
      long most = HttpLimits.DEFAULT.lingerBytes();
      for (long sent = 0; sent <= most; sent += block.length) {
        assertTrue(fake.isOpen());
        fake.source().arrive(block, 0, block.length);
        fake.settle();
      }
      assertFalse(fake.isOpen(), "bounded in bytes");

      FakeConnection slow = open(sending("ok"));
      arrive(slow, LAST);
      FakeThread.current().timers().getFirst().task().run();
      assertFalse(slow.isOpen(), "bounded in time");
      assertEquals(List.of(), FakeThread.current().timers());
    });
  }

  @Test
  void endIdleEndsOnlyConnectionsWithoutARequest() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake = open(exchange -> exchange.dispatch(Runnable::run, () -> {}));
      assertEquals(0, fake.connections().endIdle());
      assertTrue(fake.sink().isWriteShutdown());

      FakeConnection busy = open(exchange -> exchange.dispatch(Runnable::run, () -> {}));
      arrive(busy, GET);
      assertEquals(1, busy.connections().endIdle());
      assertFalse(busy.sink().isWriteShutdown());

      FakeConnection received = open(exchange -> exchange.dispatch(Runnable::run, () -> {}));
      byte[] bytes = GET.getBytes(StandardCharsets.US_ASCII);
      received.source().arrive(bytes, 0, bytes.length);
      assertEquals(1, received.connections().endIdle(), "received bytes are a request");
    });
  }

  // ---- request bodies --------------------------------------------------------------------------

  @Test
  void continueIsSentOnlyWhenTheBodyIsRead() throws Exception {
    FakeThread.run(() -> {
      String head =
          "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
      List<String> seen = new ArrayList<>();
      FakeConnection fake = open(new Recorder(seen));
      arrive(fake, head);
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", written(fake));
      arrive(fake, "hello" + GET);
      assertEquals(List.of("POST /x hello", "GET /x "), seen);

      FakeConnection unread = open(sending("no"));
      arrive(unread, head);
      String text = written(unread);
      assertTrue(text.startsWith("HTTP/1.1 200 OK\r\n") && text.endsWith("\r\n\r\nno"), text);
      assertTrue(text.contains("\r\nConnection: close\r\n"), "the client may still send the body");
    });
  }

  @Test
  void continueIsCompleteAfterPartialWrites() throws Exception {
    FakeThread.run(() -> {
      for (int room = 0; room < 30; room++) {
        List<String> seen = new ArrayList<>();
        FakeConnection fake = open(new Recorder(seen));
        fake.sink().room(room);
        arrive(
            fake,
            "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
        fake.sink().room(Integer.MAX_VALUE);
        fake.settle();
        assertEquals("HTTP/1.1 100 Continue\r\n\r\n", written(fake));
        arrive(fake, "!");
        assertEquals(List.of("POST /x !"), seen);
      }
    });
  }

  @Test
  void anUnreadBodyEndsTheConnectionUnlessItHasArrivedCompletely() throws Exception {
    FakeThread.run(() -> {
      String head = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
      FakeConnection whole = open(sending("ok"));
      arrive(whole, head + "hello" + GET);
      assertEquals(2, count(written(whole), "200 OK"), written(whole));
      assertTrue(whole.isOpen());

      FakeConnection part = open(sending("ok"));
      arrive(part, head + "he");
      arrive(part, "llo" + GET);
      assertEquals(1, count(written(part), "200 OK"), written(part));
      assertTrue(part.sink().isWriteShutdown());
    });
  }

  @Test
  void aBodyCanBeReadLaterByAnotherThread() throws Exception {
    FakeThread.run(() -> {
      AtomicReference<HttpServerExchange> waiting = new AtomicReference<>();
      FakeConnection fake =
          open(exchange -> waiting.set(exchange.dispatch(Runnable::run, () -> {})));
      arrive(fake, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + GET);
      ByteBuffer body = ByteBuffer.allocate(10);
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  StreamSourceChannel channel = waiting.get().getRequestChannel();
                  assertEquals(5, channel.read(body));
                  assertEquals(-1, channel.read(body));
                  StreamSinkChannel out = waiting.get().getResponseChannel();
                  out.write(ByteBuffer.wrap("done".getBytes(StandardCharsets.US_ASCII)));
                  out.shutdownWrites();
                  assertTrue(out.flush());
                } catch (IOException failed) {
                  throw new AssertionError(failed);
                }
              });
      other.join();
      fake.settle();
      assertEquals("hello", new String(body.array(), 0, 5, StandardCharsets.US_ASCII));
      assertTrue(written(fake).endsWith("\r\n\r\n04\r\ndone\r\n0\r\n\r\n"), written(fake));
      assertEquals("/x", waiting.get().getRequestURI());
      assertTrue(
          waiting.get().getRequestMethod().equalToString("GET"), "the next request has started");
    });
  }

  @Test
  void invalidChunksFailTheReaderAndAreCounted() throws Exception {
    FakeThread.run(() -> {
      List<String> seen = new ArrayList<>();
      FakeConnection fake = open(new Recorder(seen));
      arrive(
          fake,
          "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\nde");
      assertEquals(List.of(), seen);
      arrive(fake, "f\n0\r\n\r\n" + GET);
      assertEquals(List.of("POST /x -"), seen);
      assertEquals(1, fake.stats().rejected(RejectReason.BAD_CHUNK));
      assertTrue(fake.sink().isWriteShutdown());
    });
  }

  // ---- responses -------------------------------------------------------------------------------

  @Test
  void responsesAreCompleteAfterPartialWrites() throws Exception {
    FakeThread.run(() -> {
      String whole = response("x".repeat(100));
      for (int room = 0; room < 300; room++) {
        FakeConnection fake = open(sending("x".repeat(100)));
        fake.sink().room(room);
        arrive(fake, GET);
        fake.sink().room(Integer.MAX_VALUE);
        fake.settle();
        arrive(fake, GET);
        assertEquals(whole + whole, written(fake), "after " + room);
      }
    });
  }

  @Test
  void aBodyShorterThanContentLengthEndsTheConnection() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake =
          open(exchange -> {
            exchange.setResponseContentLength(10);
            StreamSinkChannel out = exchange.getResponseChannel();
            out.write(ByteBuffer.wrap(new byte[] {'a', 'b'}));
            exchange.endExchange();
          });
      arrive(fake, GET + GET);
      assertTrue(written(fake).endsWith("\r\n\r\nab"), written(fake));
      assertTrue(fake.sink().isWriteShutdown());
    });
  }

  @Test
  void bytesBeyondContentLengthAreRejected() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake =
          open(exchange -> {
            exchange.setResponseContentLength(2);
            StreamSinkChannel out = exchange.getResponseChannel();
            ByteBuffer three = ByteBuffer.wrap(new byte[] {'a', 'b', 'c'});
            assertEquals(2, out.write(three));
            assertThrows(IOException.class, () -> out.write(three));
            exchange.endExchange();
          });
      arrive(fake, GET + GET);
      assertEquals(2, count(written(fake), "\r\n\r\nab"), written(fake));
    });
  }

  @Test
  void lineEndsInFieldValuesAreReplacedBySpaces() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake =
          open(exchange -> {
            exchange.getResponseHeaders().put(Headers.LOCATION, "/a\r\nSet-Cookie: x\r\n\r\nbody");
            exchange.endExchange();
          });
      arrive(fake, GET);
      assertTrue(
          written(fake).contains("\r\nLocation: /a  Set-Cookie: x    body\r\n"), written(fake));
    });
  }

  @Test
  void aHandlerThatThrowsOrEndsTwiceDoesNotAffectOtherRequests() throws Exception {
    FakeThread.run(() -> {
      AtomicInteger calls = new AtomicInteger();
      FakeConnection fake =
          open(exchange -> {
            if (calls.incrementAndGet() == 1) {
              throw new IllegalStateException("a defect, on purpose");
            }
            exchange.getResponseSender().send("ok");
            exchange.endExchange();
            exchange.endExchange();
          });
      arrive(fake, GET + GET + GET);
      assertEquals(1, count(written(fake), "500 Internal Server Error"));
      assertEquals(2, count(written(fake), response("ok")), written(fake));
    });
  }

  @Test
  void anUpgradedConnectionPassesToItsListenerWithReceivedBytes() throws Exception {
    FakeThread.run(() -> {
      StringBuilder got = new StringBuilder();
      FakeConnection fake =
          open(exchange ->
              exchange.upgradeChannel((channel, _) -> {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                try {
                  channel.getSourceChannel().read(buffer);
                } catch (IOException failed) {
                  throw new AssertionError(failed);
                }
                got.append(
                    new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII));
              }));
      arrive(
          fake, "GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nearly");
      assertTrue(written(fake).startsWith("HTTP/1.1 101 Switching Protocols\r\n"), written(fake));
      assertEquals("early", got.toString());
      assertEquals(0, fake.connections().endIdle());
      assertFalse(fake.sink().isWriteShutdown());
    });
  }

  // ---- clients that disconnect -----------------------------------------------------------------

  @Test
  void aConnectionClosedAtAnyPointLeaksNothing() throws Exception {
    FakeThread.run(() -> {
      String requests =
          GET
              + "POST /y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
              + "GET /z HTTP/1.1\r\nHost: a\r\nX: "
              + "z".repeat(60)
              + "\r\n\r\n";
      for (int at = 0; at <= requests.length(); at++) {
        AtomicInteger active = new AtomicInteger();
        Recorder recorder = new Recorder(new ArrayList<>());
        FakeConnection fake =
            open(exchange -> {
              active.incrementAndGet();
              exchange.addExchangeCompleteListener((_, next) -> {
                active.decrementAndGet();
                next.proceed();
              });
              recorder.handleRequest(exchange);
            });
        fake.sink().room(at % 3 == 0 ? at : Integer.MAX_VALUE);
        arrive(fake, requests.substring(0, at));
        fake.close();
        fake.settle();
        assertEquals(0, active.get(), "closed after " + at);
        assertEquals(0, fake.connections().endIdle());
        assertEquals(List.of(), FakeThread.current().timers());
      }
    });
  }

  @Test
  void endOfStreamWithinAHeadIsNotARequest() throws Exception {
    FakeThread.run(() -> {
      FakeConnection fake = open(sending("ok"));
      arrive(fake, GET + "GET /half");
      fake.source().end();
      fake.settle();
      assertEquals(response("ok"), written(fake));
      assertFalse(fake.isOpen());
    });
  }
}
