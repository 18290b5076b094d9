package dev.millrace.content.webdav;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.xml.namespace.QName;

/** Writes the XML of a response with status 207 (RFC 4918 §13). */
final class MultiStatus {
  static final String BEGIN =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">\n";
  static final String END = "</D:multistatus>\n";

  private MultiStatus() {}

  /** The properties of one resource, by the status of each. */
  static final class Response {
    private final String href;
    private final Map<String, List<Consumer<StringBuilder>>> byStatus = new LinkedHashMap<>();

    /**
     * @param href absolute path, percent-encoded
     */
    Response(String href) {
      this.href = href;
    }

    /** Adds a property with a value. */
    void add(Consumer<StringBuilder> element) {
      byStatus.computeIfAbsent("200 OK", _ -> new ArrayList<>()).add(element);
    }

    /** Adds a property without its value. */
    void add(QName name, String status) {
      byStatus
          .computeIfAbsent(status, _ -> new ArrayList<>())
          .add(out -> XmlElement.writeEmpty(out, name));
    }

    void write(StringBuilder out) {
      out.append("<D:response><D:href>");
      XmlElement.escape(out, href);
      out.append("</D:href>");
      if (byStatus.isEmpty()) {
        byStatus.put("200 OK", List.of());
      }
      byStatus.forEach((status, properties) -> {
        out.append("<D:propstat><D:prop>");
        properties.forEach(property -> property.accept(out));
        out.append("</D:prop><D:status>HTTP/1.1 ").append(status).append("</D:status>");
        out.append("</D:propstat>");
      });
      out.append("</D:response>\n");
    }
  }
}
