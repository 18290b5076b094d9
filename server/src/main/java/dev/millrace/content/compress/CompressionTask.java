package dev.millrace.content.compress;

import dev.millrace.content.compress.CompressionStats.Outcome;
import dev.millrace.digest.Algorithm;
import dev.millrace.digest.Digests;
import dev.millrace.digest.FileVersion;
import dev.millrace.digest.IndexedFile;
import dev.millrace.files.FileInput;
import dev.millrace.files.GeneratedFile;
import dev.millrace.files.OpenFile;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Compresses one file, or loads its compressed form from the directory of state. A form is served
 * only after it was decoded and the digest of the result was that of the file. Worker thread.
 */
final class CompressionTask {
  private static final Logger LOG = Logger.getLogger("dev.millrace.compress");

  /** Smaller savings are not worth a second form of the file. */
  private static final int LEAST_SAVING = 20; // a twentieth

  private final CompressedFiles files;
  private final CompressedName name;
  private final OpenFile source;
  private final Consumer<IndexedFile> known;

  /** SHA-256 digest of the checked form. */
  private byte[] formDigest = {};

  /**
   * @param source not closed by this object
   * @param known gets the digest of the compressed form
   */
  CompressionTask(
      CompressedFiles files, CompressedName name, OpenFile source, Consumer<IndexedFile> known) {
    this.files = files;
    this.name = name;
    this.source = source;
    this.known = known;
  }

  /** The content is not smaller by as much as it must be. */
  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** The source changed while it was read. */
  private static final class ChangedException extends IOException {
    private static final long serialVersionUID = 1;
  }

  Outcome run() {
    Outcome outcome = tryRun();
    files.stats().ended(outcome);
    return outcome;
  }

  private Outcome tryRun() {
    try {
      OpenFile loaded = load();
      if (loaded != null) {
        serve(loaded);
        return Outcome.LOADED;
      }
      OpenFile made = files.make(name, this::write);
      if (made == null) {
        return Outcome.FAILED; // an operator has removed it
      }
      serve(made);
      return Outcome.CREATED;
    } catch (TooLargeException incompressible) {
      files.incompressible(name);
      return Outcome.INCOMPRESSIBLE;
    } catch (ChangedException changed) {
      return Outcome.CHANGED;
    } catch (IOException | LinkageError failed) {
      files.incompressible(name); // not tried again with each request
      LOG.log(
          Level.WARNING,
          "cannot compress a file with {0}: {1}",
          new Object[] {name.coding().token(), failed.toString()});
      return Outcome.FAILED;
    }
  }

  private void serve(OpenFile form) {
    Digests digests = Digests.of(Map.of(Algorithm.SHA_256, formDigest));
    known.accept(new IndexedFile(FileVersion.of(form.stat()), digests, null));
    files.add(name, form);
  }

  private @Nullable OpenFile load() throws IOException {
    OpenFile stored = files.load(name);
    if (stored == null) {
      return null;
    }
    try {
      check(stored);
      return stored;
    } catch (IOException damaged) {
      LOG.log(
          Level.WARNING, "a compressed file is damaged and made again: {0}", damaged.getMessage());
      stored.close();
      files.discard(name);
      return null;
    }
  }

  private OpenFile write(GeneratedFile into) throws IOException {
    MessageDigest read = Algorithm.SHA_256.start();
    long size = source.stat().sizeBytes();
    long limit = Math.min(size - size / LEAST_SAVING, files.maxBytes());
    try (InputStream in = new DigestInputStream(new FileInput(source), read);
        OutputStream encoder =
            Codecs.encoder(name.coding(), name.level(), new Bounded(into, limit))) {
      files.stats().read(in.transferTo(encoder));
    }
    if (!name.isOf(read.digest())) {
      throw new ChangedException();
    }
    OpenFile form = into.finish();
    try {
      check(form);
      return form;
    } catch (IOException wrong) {
      form.close();
      throw wrong;
    }
  }

  /** Decodes a form and compares the digest of the content. */
  private void check(OpenFile form) throws IOException {
    MessageDigest encoded = Algorithm.SHA_256.start();
    MessageDigest decoded = Algorithm.SHA_256.start();
    try (InputStream in =
        Codecs.decoder(name.coding(), new DigestInputStream(new FileInput(form), encoded))) {
      in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), decoded));
    }
    if (!name.isOf(decoded.digest())) {
      throw new IOException(name.fileName() + " is not the compressed form of its content");
    }
    formDigest = encoded.digest();
  }

  /** Ends the compression of content that does not become small enough. */
  private static final class Bounded extends FilterOutputStream {
    private final GeneratedFile file;
    private final long maxBytes;

    Bounded(GeneratedFile file, long maxBytes) {
      super(file.output());
      this.file = file;
      this.maxBytes = maxBytes;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (file.sizeBytes() + length > maxBytes) {
        throw new TooLargeException();
      }
      out.write(bytes, offset, length);
    }
  }
}
