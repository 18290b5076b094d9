package dev.millrace.content.webdav;

import dev.millrace.content.webdav.XmlElement.MalformedException;
import dev.millrace.content.write.Target;
import dev.millrace.files.OpenFile;
import dev.millrace.uring.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.namespace.QName;

/**
 * The properties that clients set (RFC 4918 §4.2), which the server does not interpret. They are
 * XML in one extended attribute of the file, so they move with it, and change atomically. Worker
 * threads.
 */
final class DeadProperties {
  private DeadProperties() {}

  /** The properties of a file or directory, by name. */
  static Map<QName, XmlElement> of(OpenFile file) throws ErrnoException {
    byte[] stored = file.attribute(Target.PROPERTIES_ATTRIBUTE);
    Map<QName, XmlElement> properties = new LinkedHashMap<>();
    if (stored != null) {
      try {
        for (XmlElement property : XmlElement.parse(stored).children()) {
          properties.put(property.name(), property);
        }
      } catch (MalformedException other) {
        // another program has set the attribute: there are no properties
      }
    }
    return properties;
  }

  /** Replaces the properties of a file or directory. */
  static void store(OpenFile file, Map<QName, XmlElement> properties) throws ErrnoException {
    if (properties.isEmpty()) {
      file.attribute(Target.PROPERTIES_ATTRIBUTE, null);
      return;
    }
    StringBuilder xml = new StringBuilder("<D:prop xmlns:D=\"DAV:\">");
    properties.values().forEach(property -> property.write(xml));
    xml.append("</D:prop>");
    file.attribute(Target.PROPERTIES_ATTRIBUTE, xml.toString().getBytes(StandardCharsets.UTF_8));
  }
}
