package dev.millrace.cache;

/**
 * A cacheable request whose response is not cached.
 *
 * @param key the request's key, for {@link ResponseCache#put}
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record CacheMiss(ResponseCache cache, byte[] key) {}
