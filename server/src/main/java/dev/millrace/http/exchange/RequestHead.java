package dev.millrace.http.exchange;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;

/** One valid request head. The instance is valid only during the call that it is passed to. */
public interface RequestHead {
  HttpString method();

  /** A constant of {@link io.undertow.util.Protocols}. */
  HttpString protocol();

  /**
   * The path in origin form as received, not decoded; {@code *} for an OPTIONS request of that
   * form.
   */
  String path();

  /**
   * The query without its question mark; empty if there is none. A bare percent sign is encoded as
   * {@code %25}.
   */
  String query();

  /** Adds every field line, in order. */
  void addFields(HeaderMap fields);

  /** Whether another request may follow on the connection. */
  boolean isPersistent();

  /** Whether a body follows. */
  boolean hasBody();
}
