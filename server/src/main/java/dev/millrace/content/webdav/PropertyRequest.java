package dev.millrace.content.webdav;

import dev.millrace.content.webdav.XmlElement.MalformedException;
import java.util.List;
import javax.xml.namespace.QName;

/**
 * The body of a PROPFIND (RFC 4918 §14.20).
 *
 * @param kind which properties the client wants
 * @param names of those that it names
 */
record PropertyRequest(Kind kind, List<QName> names) {
  enum Kind {
    /** The named ones. */
    NAMED,
    /** All, with their values. */
    ALL,
    /** The names of all. */
    NAMES
  }

  PropertyRequest {
    names = List.copyOf(names);
  }

  /** Parses a body; an empty one requests all properties (§9.1). */
  static PropertyRequest parse(byte[] body) throws MalformedException {
    if (body.length == 0) {
      return new PropertyRequest(Kind.ALL, List.of());
    }
    XmlElement root = XmlElement.parse(body);
    if (!root.is("propfind")) {
      throw new MalformedException("the XML is no propfind element");
    }
    if (root.child("prop").isPresent()) {
      return new PropertyRequest(Kind.NAMED, names(root.child("prop").get()));
    }
    if (root.child("allprop").isPresent()) {
      return new PropertyRequest(
          Kind.ALL, root.child("include").map(PropertyRequest::names).orElse(List.of()));
    }
    if (root.child("propname").isPresent()) {
      return new PropertyRequest(Kind.NAMES, List.of());
    }
    throw new MalformedException("the propfind element requests nothing");
  }

  private static List<QName> names(XmlElement properties) {
    return properties.children().stream().map(XmlElement::name).distinct().toList();
  }
}
