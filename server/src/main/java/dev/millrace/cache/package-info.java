/**
 * Whole answers from memory: what a file's full path has answered is answered again, without an
 * exchange, as long as the file is what it was. Of a file that is not small the head is kept, and
 * the body sent from the page cache.
 *
 * <pre>
 *   HotConnection  one connection's: key, look-up, copy into the send chunk; CacheMiss
 *   HotCache       the answers of one loop, bounded in bytes
 *     ├ HotKeys      what a plain request's answer depends on
 *     ├ AnswerTable  answers by key, and by file
 *     │   └ HotAnswer  a head in native memory, and the file that it is of
 *     │       ├ HotBody    its body in native memory, if there was room
 *     │       └ PartHead   of a 206: the same head for whatever part an AskedRange asks for
 *     ├ Recency      answers, and bodies, in the order of their use: what goes when there is no room
 *     ├ Popularity   what is worth its place
 *     └ OpenAnswers  the files that are open
 *   HotListener    is told of each answer, for metrics and log
 * </pre>
 *
 * <ul>
 *   <li>An answer is what the full path sent, but for the date, and in a 206 for the part:
 *       Content-Range and Content-Length are written anew, no other header field is known here.
 *       {@code http.HotRecording} takes it down.
 *   <li>An answer is given only if the kernel said in this same turn of the loop that the file is
 *       unchanged: by fstat(2) of the open file, whose path was resolved at most a second ago (a
 *       setting), or by resolving that path. Where more than one path had a say, an answer lasts
 *       that second only. A digest that becomes known, or a file found corrupt, {@linkplain
 *       dev.millrace.cache.ResponseCache#forget ends} its answers.
 * </ul>
 *
 * <p>Everything runs on the loop's thread. Imports {@code gate}, {@code transport}, {@code files}.
 */
@NullMarked
package dev.millrace.cache;

import org.jspecify.annotations.NullMarked;
