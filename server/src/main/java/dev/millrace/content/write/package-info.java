/**
 * Writes: from a PUT or DELETE to a changed file.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.write.WriteHandler}: authenticates, and refuses what needs no
 *       disk to be refused.
 *   <li>{@code Upload}: one PUT. It hands the body, buffer by buffer, to its {@code UploadWork},
 *       which runs on worker threads: writes and hashes, then gives the file its name.
 *   <li>{@code ResumableUploads}: uploads of several requests, by {@code PartialWork} in place of
 *       {@code UploadWork}; {@code ResumableFields} and {@code ResumableResponse} are its
 *       protocols. {@code Publication} gives a file of either its name.
 *   <li>{@code FormUploads}: the files of a form, by {@code FormParser} and {@code FormWork}.
 *   <li>{@code ExpectedDigests}: what the client says of the body's digests.
 *   <li>{@code Removal}: one DELETE.
 *   <li>{@link dev.millrace.content.write.WriteAccess}: credentials and names, also for WebDAV.
 *   <li>{@link dev.millrace.content.write.Target}: the directory and name of a request, its {@link
 *       dev.millrace.content.write.Preconditions}, and the locks that apply.
 *   <li>{@link dev.millrace.content.write.WriteServices}: limits, threads and counters of all
 *       loops.
 *   <li>{@link dev.millrace.content.write.WriteException}, {@code ProblemResponse}: errors, as
 *       problem+json.
 * </ul>
 *
 * <p>A file is written without a name, so that readers see the old file or the new one, and a
 * process that is killed leaves nothing (docs/decisions/0027-uploads-by-worker-threads.md). Imports
 * {@code auth}, {@code content}, {@code content.lock}, {@code digest}, {@code files}, {@code
 * http.exchange}, {@code http.semantics}, {@code limits}, {@code text} and Undertow.
 */
@NullMarked
package dev.millrace.content.write;

import org.jspecify.annotations.NullMarked;
