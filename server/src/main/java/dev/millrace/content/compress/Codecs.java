package dev.millrace.content.compress;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.millrace.http.semantics.ContentCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The encoders and decoders of the codings. The same version of Millrace makes the same bytes on
 * every machine: one thread, no time stamp, and libraries that come with the program. Any thread.
 */
public final class Codecs {
  private static final int BUFFER_BYTES = 64 << 10;

  /** 4 MiB, brotli's default. */
  private static final int BROTLI_WINDOW_BITS = 22;

  private Codecs() {}

  /**
   * The greatest level of a coding; the least is 1. A window of zstd's levels is at most 8 MiB,
   * which decoders of HTTP accept (RFC 9659 §3).
   */
  static int maxLevel(ContentCoding coding) {
    return switch (coding) {
      case BR -> 11;
      case ZSTD -> 19;
      case GZIP -> 9;
    };
  }

  /**
   * A stream that compresses what is written to it; closing it closes the target.
   *
   * @throws LinkageError if the library of the coding cannot be loaded
   */
  public static OutputStream encoder(ContentCoding coding, int level, OutputStream to)
      throws IOException {
    return switch (coding) {
      case BR -> {
        Brotli4jLoader.ensureAvailability();
        Encoder.Parameters parameters =
            new Encoder.Parameters().setQuality(level).setWindow(BROTLI_WINDOW_BITS);
        yield new BrotliOutputStream(to, parameters, BUFFER_BYTES);
      }
      case ZSTD -> new ZstdOutputStreamNoFinalizer(to, level);
      case GZIP -> new Gzip(to, level);
    };
  }

  /** A stream of the content that was compressed. */
  static InputStream decoder(ContentCoding coding, InputStream from) throws IOException {
    return switch (coding) {
      case BR -> new BrotliInputStream(from, BUFFER_BYTES);
      case ZSTD -> new ZstdInputStreamNoFinalizer(from);
      case GZIP -> new GZIPInputStream(from, BUFFER_BYTES);
    };
  }

  /** A stream with a level. The header that Java writes has no time. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream to, int level) throws IOException {
      super(to, BUFFER_BYTES);
      def.setLevel(level);
    }
  }
}
