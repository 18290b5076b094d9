package dev.millrace.cache;

/**
 * A request that the cache could have answered if it had known the answer.
 *
 * @param key of the request, for {@link ResponseCache#put}
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record CacheMiss(ResponseCache cache, byte[] key) {}
