package dev.millrace.content;

import dev.millrace.content.compress.Compression;
import dev.millrace.digest.DigestSource;
import dev.millrace.file.FileStat;
import dev.millrace.files.ReadBuffers;
import dev.millrace.http.exchange.ExchangeFailures;
import java.util.function.Predicate;

/**
 * The services that all mounts of one loop share.
 *
 * @param corrupt whether a file is known to be corrupt
 * @param failures handles steps of an exchange that throw
 */
public record LoopServices(
    ReadBuffers buffers,
    DigestSource digests,
    DigestPolicy digestPolicy,
    Predicate<FileStat> corrupt,
    ExchangeFailures failures,
    Compression compression) {}
