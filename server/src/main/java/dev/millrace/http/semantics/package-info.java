/**
 * What to answer, decided by pure functions of values: no sockets, no files, no clock.
 *
 * <ul>
 *   <li>{@link dev.millrace.http.semantics.ResponsePlan}: from the request's fields and a
 *       representation to whole, part, parts, 304, 412 or 416 (RFC 9110 §13.2.2, §14).
 *   <li>{@link dev.millrace.http.semantics.RangeField}, {@link
 *       dev.millrace.http.semantics.EntityTags}, {@link dev.millrace.http.semantics.HttpDate}: the
 *       fields' grammars.
 *   <li>{@link dev.millrace.http.semantics.MultipartRanges}: the frame around several ranges.
 *   <li>{@link dev.millrace.http.semantics.AcceptEncoding}, {@link
 *       dev.millrace.http.semantics.ContentCoding}: which stored variant of a file is preferred.
 *   <li>{@link dev.millrace.content.MediaTypes}, {@link dev.millrace.text.Glob}: tables and
 *       patterns for names.
 * </ul>
 *
 * <p>Any thread. Imports nothing of the project.
 */
@NullMarked
package dev.millrace.http.semantics;

import org.jspecify.annotations.NullMarked;
