/**
 * Content: from a request to its mount, and the parts from which the content packages build
 * responses.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.Router}: finds the {@link dev.millrace.content.Mount} of a
 *       request and calls its {@link dev.millrace.content.MountHandler}, which is {@code
 *       content.file.FileHandler}.
 *   <li>{@link dev.millrace.content.MountContext}: a mount on one loop, with its {@link
 *       dev.millrace.content.MountPolicy} and the {@link dev.millrace.content.LoopServices}.
 *   <li>{@link dev.millrace.content.BodyTransfer}: sends the chunks of a {@link
 *       dev.millrace.content.BodySource} ({@link dev.millrace.content.FileBody}, {@link
 *       dev.millrace.content.GeneratedBody}) in constant memory.
 *   <li>{@link dev.millrace.content.CacheRecording}: passes responses to the response cache.
 *   <li>{@link dev.millrace.content.Validators}, {@link dev.millrace.content.DigestFields}, {@link
 *       dev.millrace.content.Fields}, {@link dev.millrace.content.MediaTypes}: field values.
 *   <li>{@code ErrorPages}: configured pages for error statuses.
 * </ul>
 *
 * <p>Handlers run on the loop thread and never block it. Imports {@code auth}, {@code cache},
 * {@code digest}, {@code files}, {@code http.exchange}, {@code http.semantics}, {@code text} and
 * Undertow.
 */
@NullMarked
package dev.millrace.content;

import org.jspecify.annotations.NullMarked;
