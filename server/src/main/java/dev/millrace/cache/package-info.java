/**
 * The response cache: complete responses in memory, sent without an exchange as long as their file
 * is unchanged. For a large file only the head is cached, and the body is sent from the page cache.
 *
 * <pre>
 *   CachedResponseInterceptor  one connection: builds the key, looks up, sends; CacheMiss
 *   ResponseCache  the responses of one loop, bounded in bytes
 *     ├ CacheKeyBuilder  everything on which a cacheable request's response depends
 *     ├ CacheIndex       responses by key and by file
 *     │   └ CachedResponse  a head in native memory, and its file
 *     │       ├ CachedBody           its body in native memory, if there is room
 *     │       └ PartialResponseHead  the head of a 206 for any SingleByteRange
 *     ├ AccessOrderList   responses and bodies by last use: the eviction order
 *     ├ FrequencySketch   admission: how often keys are requested
 *     └ DescriptorBudget  the open files
 *   CacheListener  notified of each cached response, for metrics and access log
 * </pre>
 *
 * <ul>
 *   <li>A cached response equals the one that the full path has sent, except for Date, and in a 206
 *       for Content-Range and Content-Length. {@code content.CacheRecording} records it.
 *   <li>A response is sent only if the kernel has confirmed in the same turn of the loop that the
 *       file is unchanged: by fstat(2) of the open file, whose path was resolved at most one second
 *       ago (a setting), or by resolving the path. A response that depends on more than one path is
 *       valid for that second only. A new digest of a file, or its corruption, {@linkplain
 *       dev.millrace.cache.ResponseCache#forget invalidates} its responses.
 * </ul>
 *
 * <p>Runs on the loop thread. Imports {@code files}, {@code http.parser}, {@code http.semantics},
 * {@code transport} and XNIO.
 */
@NullMarked
package dev.millrace.cache;

import org.jspecify.annotations.NullMarked;
