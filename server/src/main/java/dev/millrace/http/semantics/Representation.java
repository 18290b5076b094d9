package dev.millrace.http.semantics;

import java.util.List;

/**
 * The representation with which a request's conditions are compared.
 *
 * @param sizeBytes length of the representation
 * @param tags strong entity tags in quotes: first the tag to send, then earlier tags that still
 *     identify the same bytes. A single weak tag is sent and matches nothing
 * @param modifiedSeconds the value of Last-Modified in whole seconds since the epoch. Without the
 *     file system's fraction of a second, a date that the server has sent never compares as older
 */
public record Representation(long sizeBytes, List<String> tags, long modifiedSeconds) {
  public Representation {
    tags = List.copyOf(tags);
    if (tags.isEmpty()) {
      throw new IllegalArgumentException("tags must not be empty");
    }
  }

  /** Whether there is a date; conditions with dates are ignored without one (RFC 9110 §13.1). */
  public boolean isDated() {
    return HttpDate.exists(modifiedSeconds);
  }

  /** The tag to send. */
  public String entityTag() {
    return tags.getFirst();
  }
}
