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
 * Ranges of a file and the frame around several. A long one is sent from the file, where the
 * connection can do that; else all is read into one buffer, whatever its length. A file that turns
 * out shorter than it was fails; it is never padded.
 */
public final class FileBody implements BodySource {
  /** Up to here, reading and copying costs less than sending head and body each on its own. */
  private static final int COPIED_BYTES = 16 << 10;

  /** Most that is handed to the connection at once: others get their turn after each. */
  private static final int SENT_BYTES = 1 << 20;

  private final FileAccess access;
  private final ReadBuffers buffers;
  private final OpenFile file;
  private final Body body;
  private final DescriptorChannel channel;
  private @Nullable ReadBuffer buffer;
  private final @Nullable CacheRecording recording;

  /** The range being sent; one past the last while the tail of the frame is. */
  private int rangeIndex = -1;

  private long position;
  private long end;

  /**
   * @param file becomes this object's to close
   * @param recording is told of a body that is read in one piece; or null
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
    ByteBuffer piece = buffer.bytes().limit(result);
    if (recording != null && result == body.lengthBytes()) {
      recording.body(piece);
    }
    receiver.onData(piece);
  }

  @Override
  public void release() {
    file.close();
    if (buffer != null) {
      buffers.give(buffer);
    }
  }
}
