package dev.millrace.http.semantics;

import java.util.List;

/**
 * What a request's conditions are compared with.
 *
 * @param sizeBytes its length
 * @param tags its strong entity tags in quotes: first the one that is sent, then those it was sent
 *     with before and which still tell the same bytes; a weak one, alone, is sent and matches
 *     nothing
 * @param modifiedSeconds when it changed last, whole seconds since the epoch: what Last-Modified
 *     says, so that the fraction of a second that a file system keeps cannot make a date of ours
 *     look old
 */
public record Representation(long sizeBytes, List<String> tags, long modifiedSeconds) {
  public Representation {
    tags = List.copyOf(tags);
    if (tags.isEmpty()) {
      throw new IllegalArgumentException("a representation has an entity tag");
    }
  }

  /** Whether it has a date: conditions with dates are ignored without one (RFC 9110 §13.1). */
  public boolean isDated() {
    return HttpDate.exists(modifiedSeconds);
  }

  /** The tag to send. */
  public String entityTag() {
    return tags.getFirst();
  }
}
