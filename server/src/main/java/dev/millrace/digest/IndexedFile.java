package dev.millrace.digest;

import org.jspecify.annotations.Nullable;

/**
 * A file as an index knows it.
 *
 * @param version that was hashed
 * @param digests of that version
 * @param path absolute, where it was when it was hashed; null if no path led to it
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes it
public record IndexedFile(FileVersion version, Digests digests, byte @Nullable [] path) {}
