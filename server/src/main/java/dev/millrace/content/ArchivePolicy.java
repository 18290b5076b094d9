package dev.millrace.content;

/**
 * Whether a directory that is listed can be downloaded as an archive.
 *
 * @param maxEntries of the largest archive
 * @param maxBytes of the largest archive, as tar
 */
public record ArchivePolicy(boolean enabled, int maxEntries, long maxBytes) {
  static final ArchivePolicy NONE = new ArchivePolicy(false, 200_000, Long.MAX_VALUE);
}
