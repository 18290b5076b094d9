/**
 * Synchronisation primitives on Linux futexes, after Zig 0.15's {@code std.Thread}.
 *
 * <p>Imports {@code sync.ffi} only. Any platform thread may call.
 */
package dev.millrace.sync;
