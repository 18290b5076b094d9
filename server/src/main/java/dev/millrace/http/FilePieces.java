package dev.millrace.http;

import dev.millrace.files.FileAccess;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ReadBuffer;
import dev.millrace.files.ReadBuffers;
import dev.millrace.plan.ByteRange;
import dev.millrace.plan.MultipartRanges;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of a file, read into one buffer whatever their length, and the frame around several. A
 * file that turns out shorter than it was fails; it is never padded.
 */
final class FilePieces implements Pieces {
  private final FileAccess access;
  private final ReadBuffers buffers;
  private final OpenFile file;
  private final Body body;
  private final ReadBuffer buffer;
  private final @Nullable HotRecording recording;

  /** The range being sent; one past the last while the tail of the frame is. */
  private int rangeIndex = -1;

  private long position;
  private long end;

  /**
   * @param file becomes this object's to close
   * @param recording is told of a body that is read in one piece; or null
   */
  FilePieces(
      FileAccess access,
      ReadBuffers buffers,
      OpenFile file,
      Body body,
      @Nullable HotRecording recording) {
    this.access = access;
    this.buffers = buffers;
    this.file = file;
    this.body = body;
    this.recording = recording;
    this.buffer = buffers.take(body.lengthBytes());
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
      String text = rangeIndex < count ? frame.heads().get(rangeIndex) : frame.tail();
      receiver.piece(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } else if (rangeIndex < count) {
      read(receiver);
    } else {
      receiver.end();
    }
  }

  private void read(Receiver receiver) {
    int length = (int) Math.min(buffer.capacityBytes(), end - position);
    buffer.bytes().clear();
    access.read(
        file,
        position,
        buffer,
        length,
        result -> {
          if (result <= 0) {
            receiver.failed(); // unreadable, or truncated since the head was sent
          } else {
            position += result;
            ByteBuffer piece = buffer.bytes().limit(result);
            if (recording != null && result == body.lengthBytes()) {
              recording.body(piece);
            }
            receiver.piece(piece);
          }
        });
  }

  @Override
  public void release() {
    file.close();
    buffers.give(buffer);
  }
}
