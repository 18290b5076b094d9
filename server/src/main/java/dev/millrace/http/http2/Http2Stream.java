package dev.millrace.http.http2;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.http.exchange.RequestTrailers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream: its windows, its ends, and what it sends. Loop thread only.
 *
 * <pre>
 *   open ──END_STREAM received──► remoteEnded ──END_STREAM sent──► closed
 *     │                             │
 *     └──END_STREAM sent──► localEnded ──END_STREAM received, or the server resets──► closed
 *        RST_STREAM in either direction ──► closed
 * </pre>
 *
 * <p>A stream sends the segment of a file, or what the writer of its exchange writes. A request
 * that the response cache answers at once has no stream object.
 */
final class Http2Stream {
  private final int id;
  private int urgency;

  /** How much DATA the client accepts; negative after it has reduced its initial window. */
  int sendWindow;

  /** How much DATA the client may send. */
  int receiveWindow = Frames.INITIAL_WINDOW;

  /** Received bytes that are read, but not returned to the client's window. */
  int unreturnedBytes;

  /** Received content, without padding. */
  long receivedBytes;

  /** The announced length of the content; negative if there is none. */
  long contentLength = -1;

  boolean remoteEnded;
  boolean localEnded;
  boolean closed;

  /** The exchange of the request; null if the response cache answers. */
  @Nullable Http2Exchange exchange;

  /** The number of the pump's run in which the stream could send nothing. */
  long skippedIn;

  /** Bytes that were sent since the stream was chosen to send. */
  int turnBytes;

  /** When the stream last made progress. */
  long progressNanos;

  /** Content that was sent. */
  long sentBytes;

  // Of SlowStreams: since when the stream is watched, 0 if it is not, and what was sent then.
  long watchedNanos;
  long watchedBytes;

  private @Nullable DescriptorChannel file;
  private long filePosition;
  private long fileLeft;
  private long fileLength;
  private boolean endsWithFile;
  private @Nullable LongConsumer fileEnd;

  Http2Stream(int id, int urgency, int sendWindow, long nowNanos) {
    this.id = id;
    this.urgency = urgency;
    this.sendWindow = sendWindow;
    this.progressNanos = nowNanos;
  }

  int id() {
    return id;
  }

  /** The urgency: 0, the most urgent, to 7. */
  int urgency() {
    return urgency;
  }

  void urgency(int value) {
    urgency = value;
  }

  // ---- the segment of a file -------------------------------------------------------------------

  /**
   * Sends a segment of a file.
   *
   * @param segment owned and closed by this object
   * @param ends whether the response ends with the segment
   * @param end gets the number of sent bytes when the segment ends or the stream closes
   */
  void sendFile(
      DescriptorChannel segment, long position, long length, boolean ends, LongConsumer end) {
    file = segment;
    filePosition = position;
    fileLeft = length;
    fileLength = length;
    endsWithFile = ends;
    fileEnd = end;
    skippedIn = 0; // it can send now
  }

  /** The file whose segment is being sent, or null. */
  @Nullable DescriptorChannel file() {
    return file;
  }

  long filePosition() {
    return filePosition;
  }

  long fileLeft() {
    return fileLeft;
  }

  /** Whether the response ends once so many bytes of the segment are sent. */
  boolean endsAfter(long bytes) {
    return endsWithFile && bytes == fileLeft;
  }

  void advanceFile(int bytes) {
    filePosition += bytes;
    fileLeft -= bytes;
    if (fileLeft == 0) {
      releaseFile();
    }
  }

  /** Closes the file, whether or not all of its segment is sent. */
  void releaseFile() {
    DescriptorChannel segment = file;
    LongConsumer end = fileEnd;
    if (segment == null || end == null) {
      return;
    }
    file = null;
    fileEnd = null;
    try {
      segment.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // DescriptorChannel.close only drops a share
    }
    end.accept(fileLength - fileLeft);
  }

  /** The trailer fields of the request. */
  void received(RequestTrailers trailers) {
    if (exchange != null) {
      exchange.received(trailers);
    }
  }
}
