package dev.millrace.http.exchange;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;

/** One request head that an engine has read and found right. Valid while a call lasts. */
public interface RequestHead {
  HttpString method();

  /** One of {@link io.undertow.util.Protocols}. */
  HttpString protocol();

  /** The path in origin form as it was sent, not decoded; {@code *} of an OPTIONS request. */
  String path();

  /** The query without its question mark, percent signs encoded; empty if there is none. */
  String query();

  /** Adds every field line, in order. */
  void addFields(HeaderMap fields);

  /** Whether another request may follow on the connection. */
  boolean isPersistent();

  /** Whether a body follows. */
  boolean hasBody();
}
