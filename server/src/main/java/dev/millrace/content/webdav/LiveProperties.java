package dev.millrace.content.webdav;

import dev.millrace.content.MountContext;
import dev.millrace.content.Validators;
import dev.millrace.content.lock.LockTable;
import dev.millrace.content.lock.LockTable.Lock;
import dev.millrace.file.FileStat;
import dev.millrace.http.semantics.HttpDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.namespace.QName;

/** The properties that the server computes (RFC 4918 §15). Any thread. */
final class LiveProperties {
  /** Those that clients cannot set. */
  static final Set<QName> PROTECTED =
      Stream.of(
              "creationdate",
              "getcontentlanguage",
              "getcontentlength",
              "getcontenttype",
              "getetag",
              "getlastmodified",
              "lockdiscovery",
              "resourcetype",
              "supportedlock",
              "quota-available-bytes",
              "quota-used-bytes")
          .map(XmlElement::dav)
          .collect(Collectors.toUnmodifiableSet());

  private static final String SUPPORTED_LOCK =
      Stream.of("exclusive", "shared")
          .map(scope ->
              "<D:lockentry><D:lockscope><D:"
                  + scope
                  + "/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>")
          .collect(Collectors.joining());

  private final MountContext mount;
  private final LockTable locks;

  LiveProperties(MountContext mount, LockTable locks) {
    this.mount = mount;
    this.locks = locks;
  }

  /**
   * The properties of a file or directory: each writes its element.
   *
   * @param name of the file, for its type
   * @param lockPath of the file, as in {@link LockTable}
   */
  Map<QName, Consumer<StringBuilder>> of(FileStat stat, String name, String lockPath) {
    Map<QName, Consumer<StringBuilder>> all = new LinkedHashMap<>();
    if (stat.isDirectory()) {
      raw(all, "resourcetype", "<D:collection/>");
    } else {
      raw(all, "resourcetype", "");
      text(all, "getcontentlength", Long.toString(stat.sizeBytes()));
      text(all, "getcontenttype", mount.policy().types().of(name));
      text(
          all,
          "getetag",
          Validators.entityTags(
                  stat, mount.policy().types().codingOf(name), mount.digests().known(stat))
              .getFirst());
    }
    String modified = HttpDate.ofFile(stat.modifiedSeconds());
    if (modified != null) {
      text(all, "getlastmodified", modified);
    }
    raw(all, "supportedlock", SUPPORTED_LOCK);
    all.put(XmlElement.dav("lockdiscovery"), out -> discovery(out, lockPath));
    return all;
  }

  private static void raw(Map<QName, Consumer<StringBuilder>> all, String name, String xml) {
    all.put(
        XmlElement.dav(name),
        out ->
            out.append("<D:")
                .append(name)
                .append('>')
                .append(xml)
                .append("</D:")
                .append(name)
                .append('>'));
  }

  private static void text(Map<QName, Consumer<StringBuilder>> all, String name, String text) {
    StringBuilder escaped = new StringBuilder();
    XmlElement.escape(escaped, text);
    raw(all, name, escaped.toString());
  }

  private void discovery(StringBuilder out, String lockPath) {
    out.append("<D:lockdiscovery>");
    locks.of(lockPath).forEach(lock -> active(out, lock));
    out.append("</D:lockdiscovery>");
  }

  /** Writes the element of one lock (RFC 4918 §14.1). */
  void active(StringBuilder out, Lock lock) {
    out.append("<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:")
        .append(lock.exclusive() ? "exclusive" : "shared")
        .append("/></D:lockscope><D:depth>")
        .append(lock.infinite() ? "infinity" : "0")
        .append("</D:depth>")
        .append(lock.owner())
        .append("<D:timeout>Second-")
        .append(locks.secondsLeft(lock))
        .append("</D:timeout><D:locktoken><D:href>")
        .append(lock.token())
        .append("</D:href></D:locktoken><D:lockroot><D:href>");
    XmlElement.escape(out, lock.url());
    out.append("</D:href></D:lockroot></D:activelock>");
  }
}
