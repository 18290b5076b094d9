/**
 * HTTP semantics as pure functions of values: no sockets, no files, no clock.
 *
 * <ul>
 *   <li>{@link dev.millrace.http.semantics.ResponsePlan}: from a request's fields and a {@link
 *       dev.millrace.http.semantics.Representation} to 200, 206, 304, 412 or 416 (RFC 9110 §13.2.2,
 *       §14).
 *   <li>{@link dev.millrace.http.semantics.RangeField}, {@link
 *       dev.millrace.http.semantics.EntityTags}, {@link dev.millrace.http.semantics.HttpDate}: the
 *       grammars of fields.
 *   <li>{@link dev.millrace.http.semantics.MultipartRanges}: the framing of several ranges.
 *   <li>{@link dev.millrace.http.semantics.AcceptEncoding}, {@link
 *       dev.millrace.http.semantics.ContentCoding}: which stored variant of a file is preferred.
 *       {@link dev.millrace.http.semantics.AcceptType}: HTML or JSON.
 *   <li>{@link dev.millrace.http.semantics.WantDigest}: which digests a client requests.
 * </ul>
 *
 * <p>Any thread. Imports no other package of the project.
 */
@NullMarked
package dev.millrace.http.semantics;

import org.jspecify.annotations.NullMarked;
