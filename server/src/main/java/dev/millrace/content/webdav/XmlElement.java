package dev.millrace.content.webdav;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An XML element, without comments and processing instructions.
 *
 * @param name with its namespace
 * @param attributes without declarations of namespaces
 * @param content elements and strings, in order
 */
record XmlElement(QName name, Map<QName, String> attributes, List<Object> content) {
  /** The namespace of WebDAV. */
  static final String DAV = "DAV:";

  private static final QName LANGUAGE = new QName(XMLConstants.XML_NS_URI, "lang");
  private static final int MAX_DEPTH = 64;
  private static final int MAX_ELEMENTS = 5_000;

  /** The text is not well-formed, or longer or deeper than a client needs. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String what) {
      super(what);
    }
  }

  static QName dav(String name) {
    return new QName(DAV, name);
  }

  boolean is(String davName) {
    return name.equals(dav(davName));
  }

  List<XmlElement> children() {
    return content.stream()
        .filter(XmlElement.class::isInstance)
        .map(XmlElement.class::cast)
        .toList();
  }

  Optional<XmlElement> child(String davName) {
    return children().stream().filter(child -> child.is(davName)).findFirst();
  }

  /** This element, with the language of an enclosing one unless it has its own. */
  XmlElement inLanguageOf(XmlElement... enclosing) {
    String language = null;
    for (XmlElement one : enclosing) {
      language = one.attributes.getOrDefault(LANGUAGE, language);
    }
    if (language == null || attributes.containsKey(LANGUAGE)) {
      return this;
    }
    Map<QName, String> more = new LinkedHashMap<>(attributes);
    more.put(LANGUAGE, language);
    return new XmlElement(name, more, content);
  }

  // ---- parsing ---------------------------------------------------------------------------------

  /** Parses a document. Document types are refused, so there are no entities but XML's own. */
  static XmlElement parse(byte[] text) throws MalformedException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLResolver((_, _, _, _) -> {
      throw new XMLStreamException("external entities are refused");
    });
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(text));
      try {
        return parse(reader);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException | RuntimeException malformed) {
      throw new MalformedException("the XML is malformed");
    }
  }

  private static XmlElement parse(XMLStreamReader reader)
      throws XMLStreamException, MalformedException {
    Deque<XmlElement> open = new ArrayDeque<>();
    XmlElement root = null;
    int elements = 0;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          XmlElement element = start(reader);
          if (++elements > MAX_ELEMENTS || open.size() == MAX_DEPTH) {
            throw new MalformedException("the XML has too many elements");
          }
          if (open.isEmpty()) {
            root = element;
          } else {
            open.getLast().content.add(element);
          }
          open.addLast(element);
        }
        case XMLStreamConstants.END_ELEMENT -> open.removeLast();
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          if (!open.isEmpty()) {
            open.getLast().content.add(reader.getText());
          }
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new MalformedException("document types and entities are refused");
        default -> {} // comments and processing instructions
      }
    }
    if (root == null) {
      throw new MalformedException("the XML has no element");
    }
    return root;
  }

  private static XmlElement start(XMLStreamReader reader) throws MalformedException {
    for (int i = 0; i < reader.getNamespaceCount(); i++) {
      String uri = reader.getNamespaceURI(i);
      if (reader.getNamespacePrefix(i) != null && (uri == null || uri.isEmpty())) {
        throw new MalformedException("a prefix stands for no namespace"); // Namespaces in XML §5
      }
    }
    Map<QName, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      QName name = reader.getAttributeName(i);
      attributes.put(
          new QName(name.getNamespaceURI(), name.getLocalPart()), reader.getAttributeValue(i));
    }
    QName name = new QName(reader.getNamespaceURI(), reader.getLocalName());
    return new XmlElement(name, attributes, new ArrayList<>());
  }

  // ---- writing ---------------------------------------------------------------------------------

  /** Writes the element; {@code D} must stand for {@code DAV:} where it is inserted. */
  void write(StringBuilder out) {
    boolean bare = startTag(out, name);
    int prefixes = 0;
    for (Map.Entry<QName, String> attribute : attributes.entrySet()) {
      attribute(out, attribute.getKey(), attribute.getValue(), "y" + prefixes++);
    }
    if (content.isEmpty()) {
      out.append("/>");
      return;
    }
    out.append('>');
    for (Object part : content) {
      if (part instanceof XmlElement element) {
        element.write(out);
      } else {
        escape(out, part.toString());
      }
    }
    out.append("</").append(bare ? "" : DAV.equals(name.getNamespaceURI()) ? "D:" : "x:");
    out.append(name.getLocalPart()).append('>');
  }

  /** Writes an element without content. */
  static void writeEmpty(StringBuilder out, QName name) {
    boolean _ = startTag(out, name);
    out.append("/>");
  }

  /** Writes the start without its end; returns whether the name has no prefix. */
  private static boolean startTag(StringBuilder out, QName name) {
    String namespace = name.getNamespaceURI();
    boolean bare = namespace == null || namespace.isEmpty();
    out.append('<');
    if (bare) {
      out.append(name.getLocalPart()).append(" xmlns=\"\"");
    } else if (namespace.equals(DAV)) {
      out.append("D:").append(name.getLocalPart());
    } else {
      out.append("x:").append(name.getLocalPart()).append(" xmlns:x=\"");
      escape(out, namespace);
      out.append('"');
    }
    return bare;
  }

  private static void attribute(StringBuilder out, QName name, String value, String prefix) {
    String namespace = name.getNamespaceURI();
    out.append(' ');
    if (namespace.equals(XMLConstants.XML_NS_URI)) {
      out.append("xml:");
    } else if (!namespace.isEmpty()) {
      out.append("xmlns:").append(prefix).append("=\"");
      escape(out, namespace);
      out.append("\" ").append(prefix).append(':');
    }
    out.append(name.getLocalPart()).append("=\"");
    escape(out, value);
    out.append('"');
  }

  /** Escapes text; replaces the characters that XML 1.0 does not have. */
  static void escape(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\r' -> out.append("&#13;");
        case '\n', '\t' -> out.append((char) c);
        default -> {
          boolean allowed = c >= ' ' && !(c >= 0xd800 && c <= 0xdfff) && c != 0xfffe && c != 0xffff;
          out.appendCodePoint(allowed ? c : 0xfffd);
        }
      }
    }
  }
}
