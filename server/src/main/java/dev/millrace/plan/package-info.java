/**
 * What to answer, decided by pure functions of values: no sockets, no files, no clock.
 *
 * <ul>
 *   <li>{@link dev.millrace.plan.ResponsePlan}: from the request's fields and a representation to
 *       whole, part, parts, 304, 412 or 416 (RFC 9110 §13.2.2, §14).
 *   <li>{@link dev.millrace.plan.RangeField}, {@link dev.millrace.plan.EntityTags}, {@link
 *       dev.millrace.plan.HttpDate}: the fields' grammars.
 *   <li>{@link dev.millrace.plan.MultipartRanges}: the frame around several ranges.
 *   <li>{@link dev.millrace.plan.AcceptEncoding}, {@link dev.millrace.plan.ContentCoding}: which
 *       stored variant of a file is preferred.
 *   <li>{@link dev.millrace.plan.MediaTypes}, {@link dev.millrace.plan.Glob}: tables and patterns
 *       for names.
 * </ul>
 *
 * <p>Any thread. Imports nothing of the project.
 */
@NullMarked
package dev.millrace.plan;

import org.jspecify.annotations.NullMarked;
