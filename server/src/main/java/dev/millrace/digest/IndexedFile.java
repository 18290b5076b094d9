package dev.millrace.digest;

import org.jspecify.annotations.Nullable;

/**
 * A row of an index.
 *
 * @param version that was hashed
 * @param digests of that version
 * @param path absolute, at the time of hashing; null if the file had none
 */
@SuppressWarnings("ArrayRecordComponent") // not compared, not modified
public record IndexedFile(FileVersion version, Digests digests, byte @Nullable [] path) {}
