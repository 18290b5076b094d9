/**
 * Files by descriptor.
 *
 * <ul>
 *   <li>{@link dev.millrace.file.FileCalls}: system calls; {@link dev.millrace.file.OpenHow} and
 *       {@link dev.millrace.file.OpenFailure} for opening beneath a directory, {@link
 *       dev.millrace.file.FileStat} for the status.
 *   <li>{@link dev.millrace.file.PageCache} and {@link dev.millrace.file.Residency}: sending
 *       without waiting for a disk; {@link dev.millrace.file.DescriptorChannel} exposes a
 *       descriptor for it.
 * </ul>
 *
 * <p>Any thread, unless a class names one. Methods that may wait for a disk say so and must not be
 * called on a loop thread. Imports {@code io}, {@code uring}, {@code sync.ffi}.
 */
package dev.millrace.file;
