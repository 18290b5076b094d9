/**
 * Buffered {@code Reader} and {@code Writer}, after Zig 0.15's {@code std.Io}. Knows no ring and no
 * descriptor. Imports nothing of ours. An object belongs to one thread at a time.
 */
package dev.millrace.io;
