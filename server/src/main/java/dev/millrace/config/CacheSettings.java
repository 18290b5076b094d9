package dev.millrace.config;

import java.time.Duration;

/**
 * Settings of the caches.
 *
 * @param responseCacheBytes memory of the response cache, 0 for none
 * @param openFiles maximum number of files kept open, 0 for none
 * @param revalidate how long a path is assumed to lead to the same file
 */
public record CacheSettings(int responseCacheBytes, int openFiles, Duration revalidate) {}
