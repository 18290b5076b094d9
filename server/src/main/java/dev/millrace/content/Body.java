package dev.millrace.content;

import dev.millrace.http.semantics.ByteRange;
import dev.millrace.http.semantics.MultipartRanges;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response: ranges of a file, and the multipart framing if there are several.
 *
 * @param ranges in the order of sending
 * @param frame null for a single range
 * @param lengthBytes total length
 */
public record Body(List<ByteRange> ranges, @Nullable MultipartRanges frame, long lengthBytes) {
  public static Body whole(long sizeBytes) {
    return sizeBytes == 0 ? new Body(List.of(), null, 0) : of(new ByteRange(0, sizeBytes - 1));
  }

  public static Body of(ByteRange range) {
    return new Body(List.of(range), null, range.lengthBytes());
  }

  public static Body of(MultipartRanges parts) {
    return new Body(parts.ranges(), parts, parts.lengthBytes());
  }
}
