package dev.millrace.content.file;

import dev.millrace.content.DigestFields;
import dev.millrace.digest.DigestSource;
import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;
import dev.millrace.http.exchange.ResponseTrailers;
import io.undertow.util.HeaderMap;
import org.jspecify.annotations.Nullable;

/**
 * Repr-Digest as a trailer field (RFC 9530 §2): the digest of a file that is hashed while it is
 * sent. Loop thread only.
 */
final class DigestTrailer implements ResponseTrailers {
  private final DigestSource source;
  private final FileStat stat;
  private final boolean awaited;
  private @Nullable HeaderMap fields;
  private @Nullable Runnable waiter;

  /**
   * @param awaited whether the response waits for {@link #set}; otherwise it ends with the digests
   *     that are known then
   */
  DigestTrailer(DigestSource source, FileStat stat, boolean awaited) {
    this.source = source;
    this.stat = stat;
    this.awaited = awaited;
  }

  /** Sets the digests; {@link Digests#NONE} if they are not available. */
  void set(Digests digests) {
    fields = of(digests);
    Runnable task = waiter;
    waiter = null;
    if (task != null) {
      task.run();
    }
  }

  private static HeaderMap of(Digests digests) {
    HeaderMap map = new HeaderMap();
    String value = DigestFields.reprDigest(digests);
    if (value != null) {
      map.put(DigestFields.REPR_DIGEST, value);
    }
    return map;
  }

  @Override
  public @Nullable HeaderMap fields() {
    if (fields == null && !awaited) {
      fields = of(source.known(stat));
    }
    return fields;
  }

  @Override
  public void whenKnown(Runnable task) {
    waiter = task;
  }
}
