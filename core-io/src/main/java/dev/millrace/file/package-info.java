/**
 * Files by descriptor: opening beneath a directory, what a descriptor is, and the blocking calls
 * that stand in for the ring where there is none.
 *
 * <p>Imports {@code uring} and {@code sync.ffi}. Any thread; the methods that may wait for a disk
 * say so and must not be called on a loop.
 */
package dev.millrace.file;
