package dev.millrace.content;

import dev.millrace.file.DescriptorChannel;
import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.http.semantics.ByteRange;
import dev.millrace.http.semantics.MultipartRanges;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of a file, with the framing of several. Long ranges are sent from the file itself if
 * the transport supports it; otherwise all bytes are read into one buffer of bounded size. A file
 * that was truncated fails; the body is never padded.
 */
public final class FileBody implements BodySource {
  /** Up to this size, reading and copying costs less than sending head and body separately. */
  private static final int COPIED_BYTES = 16 << 10;

  /** Maximum size of a chunk, after which other connections get their turn. */
  private static final int SENT_BYTES = 1 << 20;

  private final FileAccess access;
  private final ReadBuffers buffers;
  private final OpenFile file;
  private final Body body;
  private final DescriptorChannel channel;
  private @Nullable ReadBuffer buffer;
  private final @Nullable CacheRecording recording;

  /** Index of the current range; the number of ranges during the final framing. */
  private int rangeIndex = -1;

  private long position;
  private long end;

  /**
   * @param file owned and closed by this object
   * @param recording gets a body that is read in one chunk; or null
   */
  public FileBody(
      FileAccess access,
      ReadBuffers buffers,
      OpenFile file,
      Body body,
      @Nullable CacheRecording recording) {
    this.access = access;
    this.buffers = buffers;
    this.file = file;
    this.body = body;
    this.recording = recording;
    this.channel = file.channel();
  }

  @Override
  public void next(Receiver receiver) {
    if (position == end) {
      nextRange(receiver);
    } else {
      read(receiver);
    }
  }

  private void nextRange(Receiver receiver) {
    int count = body.ranges().size();
    if (rangeIndex == count) {
      receiver.end();
      return;
    }
    rangeIndex++;
    if (rangeIndex < count) {
      ByteRange range = body.ranges().get(rangeIndex);
      position = range.first();
      end = range.last() + 1;
    }
    MultipartRanges frame = body.frame();
    if (frame != null) {
      String text = rangeIndex < count ? frame.head(rangeIndex) : frame.tail();
      receiver.onData(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } else if (rangeIndex < count) {
      read(receiver);
    } else {
      receiver.end();
    }
  }

  private void read(Receiver receiver) {
    if (end - position > COPIED_BYTES && access.sendsFiles()) {
      long from = position;
      long length = Math.min(SENT_BYTES, end - from);
      position = from + length;
      receiver.onData(channel, from, length);
      return;
    }
    ReadBuffer into = buffer;
    if (into == null) {
      into = buffers.take(body.lengthBytes());
      buffer = into;
    }
    read(into, receiver);
  }

  private void read(ReadBuffer buffer, Receiver receiver) {
    int length = (int) Math.min(buffer.capacityBytes(), end - position);
    buffer.bytes().clear();
    access.read(
        file,
        position,
        buffer,
        length,
        result -> receiver.guard(() -> wasRead(buffer, result, receiver)));
  }

  private void wasRead(ReadBuffer buffer, int result, Receiver receiver) {
    if (result <= 0) {
      receiver.failed(); // unreadable, or truncated since the head was sent
      return;
    }
    position += result;
    ByteBuffer chunk = buffer.bytes().limit(result);
    if (recording != null && result == body.lengthBytes()) {
      recording.body(chunk);
    }
    receiver.onData(chunk);
  }

  @Override
  public void release() {
    file.close();
    if (buffer != null) {
      buffers.give(buffer);
    }
  }
}
