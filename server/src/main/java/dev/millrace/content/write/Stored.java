package dev.millrace.content.write;

import dev.millrace.digest.Digests;
import dev.millrace.file.FileStat;

/**
 * A file that was stored.
 *
 * @param created whether there was none before
 */
record Stored(boolean created, FileStat stat, Digests digests) {}
