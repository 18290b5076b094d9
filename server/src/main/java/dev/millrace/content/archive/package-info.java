/**
 * A directory as an archive: tar, tar.gz, tar.zst or zip, streamed in flat memory.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.archive.ArchiveResponse}: checks the request, measures the
 *       directory, and sends.
 *   <li>{@code ArchiveWalk}: the files of the directory, sorted. {@code ArchiveBody} reads them
 *       through an {@code ArchiveWriter}, chunk by chunk.
 *   <li>{@code TarWriter}, {@code ZipWriter}: the formats. {@code Window} cuts a range out of a
 *       tar.
 *   <li>{@link dev.millrace.content.archive.ArchiveDigests}: digests of archives that were sent.
 * </ul>
 *
 * <p>Worker threads read and compress; the loop sends what they return.
 */
@NullMarked
package dev.millrace.content.archive;

import org.jspecify.annotations.NullMarked;
