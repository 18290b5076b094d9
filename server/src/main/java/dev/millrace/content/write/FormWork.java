package dev.millrace.content.write;

import dev.millrace.content.lock.IfHeader;
import dev.millrace.digest.Algorithm;
import dev.millrace.files.ParsedPath;
import dev.millrace.http.semantics.RequestFields;
import io.undertow.util.HeaderMap;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores the files of one form, each as an upload of its own: a file that is refused does not keep
 * the others from being stored.
 */
final class FormWork implements BodyWork, FormParser.Parts {
  private static final int BUFFER_BYTES = 8 << 10;
  private static final int MAX_FILES = 1_000;

  /** Checks the path of a file. */
  interface NameCheck {
    void check(ParsedPath names) throws WriteException;
  }

  /**
   * What became of one file.
   *
   * @param stored null if it was refused
   * @param refused null if it was stored
   */
  record Result(String name, @Nullable Stored stored, @Nullable WriteException refused) {}

  private final Target directory;
  private final WriteServices services;
  private final Set<Algorithm> algorithms;
  private final NameCheck names;
  private final FormParser parser;
  private final List<Result> results = new ArrayList<>();
  private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private String name = "";
  private @Nullable UploadWork file; // null if the part is none, or was refused
  private long fileBytes;
  private boolean closed;

  /**
   * @param directory of the files, as a path with a slash
   * @param names checks the path of a file from the mount's root
   */
  FormWork(
      Target directory,
      WriteServices services,
      Set<Algorithm> algorithms,
      String boundary,
      NameCheck names) {
    this.directory = directory;
    this.services = services;
    this.algorithms = Set.copyOf(algorithms);
    this.names = names;
    this.parser = new FormParser(boundary, this);
  }

  /** What became of each file, in the order of the form. */
  List<Result> results() {
    return results;
  }

  @Override
  public boolean keepsParts() {
    return false;
  }

  @Override
  public long maxBodyBytes(UploadSettings settings) {
    return Long.MAX_VALUE; // each file has its own limit
  }

  @Override
  public void open(long announcedBytes) throws WriteException {
    RunningDigests.prepareThread();
  }

  @Override
  public void append(ByteBuffer bytes) throws WriteException {
    parser.parse(bytes.duplicate());
  }

  @Override
  public void begin(@Nullable String fileName) throws WriteException {
    if (fileName == null || fileName.isEmpty()) {
      return;
    }
    if (results.size() >= MAX_FILES) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the form has too many files");
    }
    name = fileName;
    fileBytes = 0;
    UploadWork opened = null;
    try {
      byte[] bytes = fileName.getBytes(StandardCharsets.UTF_8);
      if (fileName.equals(".") || fileName.equals("..") || fileName.indexOf(0) >= 0) {
        throw new WriteException(StatusCodes.BAD_REQUEST, "this is not the name of a file");
      }
      ParsedPath path = new ParsedPath(directory.below().with(bytes).segments(), false);
      names.check(path);
      opened = new UploadWork(target(path), services, algorithms);
      opened.open(-1);
      file = opened;
    } catch (WriteException refused) {
      if (opened != null) {
        opened.close();
      }
      results.add(new Result(name, null, refused));
    }
  }

  private Target target(ParsedPath path) {
    Preconditions none =
        new Preconditions(
            new RequestFields(false, null, null, null, null, null, null),
            IfHeader.NONE,
            directory.preconditions().user());
    return new Target(
        directory.mount(),
        directory.root().hold(),
        path,
        directory.rule(),
        none,
        directory.locks());
  }

  @Override
  public void content(ByteBuffer bytes) {
    if (bytes.isDirect()) {
      append(bytes.slice(), file);
      return;
    }
    while (bytes.hasRemaining()) { // the start of a delimiter that was none
      int n = Math.min(bytes.remaining(), BUFFER_BYTES);
      direct.clear().put(bytes.slice(bytes.position(), n)).flip();
      bytes.position(bytes.position() + n);
      append(direct, file);
    }
  }

  private void append(ByteBuffer bytes, @Nullable UploadWork to) {
    if (to == null) {
      return;
    }
    fileBytes += bytes.remaining();
    try {
      if (fileBytes > services.settings().maxBytes()) {
        throw Upload.tooLarge(services.settings());
      }
      to.append(bytes);
    } catch (WriteException refused) {
      refuse(refused);
    }
  }

  private void refuse(WriteException refused) {
    results.add(new Result(name, null, refused));
    closeFile();
  }

  @Override
  public void end() {
    UploadWork ended = file;
    if (ended == null) {
      return;
    }
    try {
      Stored stored =
          ended.commit(ExpectedDigests.of(new HeaderMap())).orElseThrow(IllegalStateException::new);
      services
          .stats()
          .ended(stored.created() ? WriteStats.Outcome.CREATED : WriteStats.Outcome.REPLACED);
      results.add(new Result(name, stored, null));
      closeFile();
    } catch (WriteException refused) {
      services.stats().ended(refused.outcome());
      refuse(refused);
    }
  }

  @Override
  public Optional<Stored> commit(ExpectedDigests expected) throws WriteException {
    if (!parser.isOver()) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the form ends before its last delimiter");
    }
    if (results.isEmpty()) {
      throw new WriteException(StatusCodes.BAD_REQUEST, "the form has no file");
    }
    return Optional.empty();
  }

  private void closeFile() {
    UploadWork opened = file;
    if (opened != null) {
      file = null;
      opened.close();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeFile();
      directory.root().release();
    }
  }
}
