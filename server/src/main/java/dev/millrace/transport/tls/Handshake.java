package dev.millrace.transport.tls;

import dev.millrace.transport.tls.HandshakeStats.Failure;
import dev.millrace.transport.tls.TlsServer.ClientAuth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * The handshake of one connection, within a time limit.
 *
 * <pre>
 *   RECEIVING ──complete record──► engine ──task──► WORKING (a pool thread owns the engine) ──► engine
 *       ▲                            │ messages to send
 *       └── all sent ◄── SENDING ◄───┘──finished, all sent──► TlsConnection
 * </pre>
 *
 * <p>The engine is created with the first record, so a connection that sends nothing costs little.
 * Loop thread only, except for the tasks.
 */
final class Handshake implements ChannelListener<ConduitStreamSourceChannel> {
  private static final Logger LOG = Logger.getLogger("dev.millrace");
  private static final byte[] NONE = {};

  private static final byte[] PLAIN_HTTP =
      """
      HTTP/1.1 400 Bad Request\r
      Content-Type: text/plain\r
      Content-Length: 50\r
      Connection: close\r
      \r
      This port expects TLS: use https:// instead here.
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final TlsLoop loop;
  private final StreamConnection below;
  private final long startedNanos;
  private final long startedMillis = System.currentTimeMillis();
  private @Nullable SSLEngine engine;
  private byte[] held = NONE;
  private @Nullable ByteBuffer unsent;
  private boolean working;
  private boolean ended;
  private XnioExecutor.Key timer = () -> false;

  Handshake(TlsLoop loop, StreamConnection below) {
    this.loop = loop;
    this.below = below;
    this.startedNanos = loop.nowNanos();
  }

  long startedNanos() {
    return startedNanos;
  }

  void start() {
    try {
      long limit = loop.server().policy().handshakeTimeout().toMillis();
      timer =
          below
              .getIoThread()
              .executeAfter(() -> fail(Failure.TIMEOUT), limit, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      fail(Failure.CLOSED);
      return;
    }
    below.setCloseListener(_ -> fail(Failure.CLOSED));
    below.getSourceChannel().setReadListener(this);
    below.getSourceChannel().resumeReads();
  }

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    if (ended || working) {
      source.suspendReads();
      return;
    }
    try {
      receive(source);
    } catch (SSLException refused) {
      refuse(refused);
    } catch (IOException broken) {
      fail(Failure.CLOSED);
    } catch (RuntimeException defect) {
      defect(defect);
    }
  }

  private void receive(ConduitStreamSourceChannel source) throws IOException {
    ByteBuffer cipher = loop.buffers().cipherIn().put(held);
    held = NONE;
    int n = source.getConduit().read(cipher);
    cipher.flip();
    if (n < 0) {
      fail(Failure.CLOSED);
      return;
    }
    if (engine == null && cipher.hasRemaining()) {
      byte first = cipher.get(cipher.position());
      if (first != Records.HANDSHAKE) {
        notTls(Records.isPlainHttp(first));
        return;
      }
      if (Records.isComplete(cipher)) {
        engine = loop.server().newEngine(ClientHello.serverName(cipher));
        engine.beginHandshake();
      } else {
        held = Records.rest(cipher);
      }
    }
    SSLEngine current = engine;
    if (current == null) {
      source.resumeReads();
    } else {
      proceed(current, cipher);
    }
  }

  /** Runs the engine until it needs a task or more bytes, or has finished. */
  private void proceed(SSLEngine current, ByteBuffer cipher) throws IOException {
    ByteBuffer out = loop.buffers().sealed();
    while (true) {
      HandshakeStatus status = current.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_WRAP) {
        if (out.remaining() < TlsBuffers.MAX_RECORD_BYTES) {
          send(out.flip());
          out = loop.buffers().sealed();
        }
        if (current.wrap(TlsBuffers.NOTHING, out).getStatus() != SSLEngineResult.Status.OK) {
          throw new SSLException("the engine is closed");
        }
      } else if (status == HandshakeStatus.NEED_UNWRAP && Records.isComplete(cipher)) {
        SSLEngineResult result = current.unwrap(cipher, loop.buffers().plainIn());
        if (result.getStatus() != SSLEngineResult.Status.OK || result.bytesProduced() > 0) {
          throw new SSLException("the client ended the handshake");
        }
      } else {
        held = Records.rest(cipher);
        send(out.flip());
        await(current, status);
        return;
      }
    }
  }

  private void await(SSLEngine current, HandshakeStatus status) {
    ConduitStreamSourceChannel source = below.getSourceChannel();
    if (status == HandshakeStatus.NEED_TASK) {
      source.suspendReads();
      work(current);
    } else if (status == HandshakeStatus.NEED_UNWRAP) {
      source.resumeReads();
    } else if (unsent == null) {
      finish(current);
    } else {
      source.suspendReads(); // finishes when all is sent
    }
  }

  private void work(SSLEngine current) {
    working = true;
    loop.executors()
        .<SSLEngine>call(
            () -> {
              for (Runnable task = current.getDelegatedTask();
                  task != null;
                  task = current.getDelegatedTask()) {
                task.run();
              }
              return current;
            },
            this::worked,
            failure -> {
              working = false;
              if (failure instanceof RejectedExecutionException) {
                fail(Failure.OVERLOAD);
              } else {
                defect(failure);
              }
            });
  }

  private void worked(SSLEngine current) {
    working = false;
    if (ended) {
      return;
    }
    try {
      ByteBuffer cipher = loop.buffers().cipherIn().put(held).flip();
      held = NONE;
      proceed(current, cipher);
    } catch (SSLException refused) {
      refuse(refused);
    } catch (IOException broken) {
      fail(Failure.CLOSED);
    }
  }

  // ---- sending ---------------------------------------------------------------------------------

  private void send(ByteBuffer sealed) throws IOException {
    ByteBuffer waiting = unsent;
    if (waiting == null) {
      while (sealed.hasRemaining() && below.getSinkChannel().getConduit().write(sealed) > 0) {
        // until the conduit accepts no more
      }
    }
    if (sealed.hasRemaining()) {
      int before = waiting == null ? 0 : waiting.remaining();
      ByteBuffer all = ByteBuffer.allocate(before + sealed.remaining());
      if (waiting != null) {
        all.put(waiting);
      }
      unsent = all.put(sealed).flip();
      below.getSinkChannel().setWriteListener(this::sendRest);
      below.getSinkChannel().resumeWrites();
    }
  }

  private void sendRest(ConduitStreamSinkChannel sink) {
    ByteBuffer waiting = unsent;
    if (ended || waiting == null) {
      sink.suspendWrites();
      return;
    }
    try {
      while (waiting.hasRemaining()) {
        if (sink.getConduit().write(waiting) == 0) {
          return;
        }
      }
    } catch (IOException broken) {
      fail(Failure.CLOSED);
      return;
    }
    unsent = null;
    sink.suspendWrites();
    SSLEngine current = engine;
    if (!working && current != null && isComplete(current)) {
      finish(current);
    }
  }

  private static boolean isComplete(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  // ---- the end ---------------------------------------------------------------------------------

  private void finish(SSLEngine current) {
    end();
    SSLSession session = current.getSession();
    boolean resumed = session.getCreationTime() < startedMillis;
    loop.stats().finished(session.getProtocol(), resumed, loop.nowNanos() - startedNanos);
    TlsConnection connection =
        new TlsConnection(below, current, loop.buffers(), held, clientSubject(session));
    if (TlsServer.isAcmeValidation(current)) {
      IoUtils.safeClose(connection);
    } else {
      loop.completed(connection);
    }
  }

  private @Nullable String clientSubject(SSLSession session) {
    if (loop.server().policy().clientAuth() == ClientAuth.OFF) {
      return null;
    }
    try {
      return session.getPeerPrincipal().getName(); // RFC 2253 for X.509
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }

  private void end() {
    ended = true;
    var _ = timer.remove();
    loop.ended(this);
    below.getSourceChannel().suspendReads();
    below.getSourceChannel().setReadListener(null);
    below.getSinkChannel().setWriteListener(null);
  }

  /** Answers plain HTTP with 400; closes a connection of any other protocol. */
  private void notTls(boolean http) throws IOException {
    if (http) {
      var _ = below.getSinkChannel().getConduit().write(ByteBuffer.wrap(PLAIN_HTTP));
    }
    fail(http ? Failure.PLAIN_HTTP : Failure.NOT_TLS);
  }

  /** Sends the alert of a failed handshake. */
  private void refuse(SSLException why) {
    SSLEngine current = engine;
    if (current != null && unsent == null && !ended) {
      try {
        ByteBuffer alert = new TlsEngine(current, loop.buffers()).sealEnd();
        var _ = below.getSinkChannel().getConduit().write(alert);
      } catch (IOException broken) {
        // the connection is closed anyway
      }
    }
    fail(reason(String.valueOf(why.getMessage())));
  }

  /** JSSE tells reasons apart in messages only. */
  private static Failure reason(String message) {
    if (message.contains("fatal alert")) {
      return Failure.CLIENT_ALERT;
    }
    if (message.contains("in common")
        || message.contains("not enabled")
        || message.contains("No appropriate protocol")
        || message.contains("authentication scheme")
        || message.contains("application layer protocol")) {
      return Failure.NOTHING_IN_COMMON;
    }
    return message.contains("certificate") || message.contains("certification path")
        ? Failure.CLIENT_CERTIFICATE
        : Failure.PROTOCOL;
  }

  private void defect(Throwable defect) {
    LOG.log(Level.SEVERE, "a TLS handshake failed", defect);
    fail(Failure.INTERNAL);
  }

  /** Ends the handshake and closes the connection; no effect if the handshake has ended. */
  void fail(Failure why) {
    if (!ended) {
      end();
      loop.stats().failed(why);
      IoUtils.safeClose(below);
    }
  }
}
