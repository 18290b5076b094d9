package dev.millrace.content.webdav;

import dev.millrace.content.MountContext;
import dev.millrace.content.lock.LockTable;
import dev.millrace.content.webdav.PropertyRequest.Kind;
import dev.millrace.content.write.Target;
import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.files.DirectoryScan;
import dev.millrace.files.OpenFile;
import dev.millrace.files.ParsedPath;
import dev.millrace.uring.ErrnoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.xml.namespace.QName;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response to PROPFIND, generated in chunks. Its memory is bounded by the names of
 * the directory. Worker threads, one at a time.
 */
final class PropertyListing {
  private static final int CHUNK_CHARACTERS = 48 << 10;

  private final MountContext mount;
  private final LiveProperties live;
  private final PropertyRequest request;
  private final ParsedPath names;
  private final OpenFile file;
  private final @Nullable DirectoryScan scan;
  private @Nullable Iterator<DirectoryEntry> entries;
  private boolean ended;

  /**
   * @param names the path of the request, with a slash if the file is a directory
   * @param file of the path, open for longer than this object is used
   * @param scan of the directory for its entries too, or null
   */
  PropertyListing(
      MountContext mount,
      LockTable locks,
      PropertyRequest request,
      ParsedPath names,
      OpenFile file,
      @Nullable DirectoryScan scan) {
    this.mount = mount;
    this.live = new LiveProperties(mount, locks);
    this.request = request;
    this.names = names;
    this.file = file;
    this.scan = scan;
  }

  /** The next chunk, or null at the end. */
  @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    StringBuilder out = new StringBuilder(CHUNK_CHARACTERS + 4096);
    Iterator<DirectoryEntry> left = entries;
    if (left == null) {
      out.append(MultiStatus.BEGIN);
      resource(out, names, file.stat(), file);
      left = scan == null ? List.<DirectoryEntry>of().iterator() : sorted(scan).iterator();
      entries = left;
    }
    while (left.hasNext() && out.length() < CHUNK_CHARACTERS) {
      entry(out, left.next());
    }
    if (!left.hasNext()) {
      out.append(MultiStatus.END);
      ended = true;
    }
    return ByteBuffer.wrap(out.toString().getBytes(StandardCharsets.UTF_8));
  }

  private List<DirectoryEntry> sorted(DirectoryScan of) throws IOException {
    List<DirectoryEntry> all = of.entries(mount.policy().dotfiles());
    all.sort(DirectoryEntry::compareNames);
    return all;
  }

  private void entry(StringBuilder out, DirectoryEntry entry) throws IOException {
    DirectoryScan of = scan;
    if (of == null) {
      throw new IllegalStateException("no directory");
    }
    of.look(entry);
    FileStat stat = entry.stat();
    if (stat == null) {
      return; // removed since its name was read
    }
    ParsedPath path = new ParsedPath(names.with(entry.name()).segments(), entry.isDirectory());
    if (!needsDead()) {
      resource(out, path, stat, null);
      return;
    }
    try (OpenFile opened = of.open(entry)) {
      resource(out, path, stat, opened);
    } catch (ErrnoException unreadable) {
      resource(out, path, stat, null);
    }
  }

  /** Whether the request may be for properties that clients have set. */
  private boolean needsDead() {
    return request.kind() != Kind.NAMED
        || request.names().stream().anyMatch(name -> !LiveProperties.PROTECTED.contains(name));
  }

  private void resource(
      StringBuilder out, ParsedPath path, FileStat stat, @Nullable OpenFile opened)
      throws ErrnoException {
    MultiStatus.Response response = new MultiStatus.Response(href(path));
    Map<QName, Consumer<StringBuilder>> properties =
        live.of(
            stat,
            path.lastName(),
            Target.lockPath(mount.mount(), path.below(mount.mount().prefix())));
    if (opened != null && needsDead()) {
      DeadProperties.of(opened).forEach((name, value) -> properties.put(name, value::write));
    }
    Set<QName> wanted = new LinkedHashSet<>(request.names());
    if (request.kind() != Kind.NAMED) {
      wanted.addAll(properties.keySet());
    }
    for (QName name : wanted) {
      Consumer<StringBuilder> value = properties.get(name);
      if (value == null) {
        response.add(name, "404 Not Found");
      } else if (request.kind() == Kind.NAMES) {
        response.add(name, "200 OK");
      } else {
        response.add(value);
      }
    }
    response.write(out);
  }

  /** The path for an href: with a final slash for a directory. */
  static String href(ParsedPath path) {
    String withSlash = path.encodedDirectory();
    return path.directory() || path.segments().isEmpty()
        ? withSlash
        : withSlash.substring(0, withSlash.length() - 1);
  }
}
