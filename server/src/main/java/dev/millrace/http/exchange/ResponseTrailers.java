package dev.millrace.http.exchange;

import io.undertow.util.HeaderMap;
import org.jspecify.annotations.Nullable;

/**
 * The trailer fields of a response (RFC 9110 §6.5). They may become known after the body is sent;
 * the response ends when they are known. Loop thread only.
 */
public interface ResponseTrailers {
  /** The fields, perhaps none; null if they are not known yet. */
  @Nullable HeaderMap fields();

  /** Sets the task that runs when fields that are not known yet become known. */
  void whenKnown(Runnable task);
}
