/**
 * The boundary to C: the only package of the project that uses {@link java.lang.foreign.Linker}.
 *
 * <ul>
 *   <li>{@link dev.millrace.sync.ffi.CFunction}: calls C functions.
 *   <li>{@link dev.millrace.sync.ffi.Native}: libraries, memory, and the calling thread's {@code
 *       errno}.
 * </ul>
 *
 * <p>Any thread may call. Imports only the JDK. Exported to core-io only; not a public interface of
 * the library.
 */
package dev.millrace.sync.ffi;
