/**
 * The boundary to C. The only place of the project that uses {@link java.lang.foreign.Linker}.
 *
 * <ul>
 *   <li>{@link dev.millrace.sync.ffi.CFunction}: calls.
 *   <li>{@link dev.millrace.sync.ffi.Native}: libraries, memory, and the calling thread's {@code
 *       errno}.
 *   <li>{@link dev.millrace.sync.ffi.Errno}: the error numbers, by name.
 * </ul>
 *
 * <p>Imports nothing of ours. Exported to core-io alone; not a public interface of the library.
 */
package dev.millrace.sync.ffi;
