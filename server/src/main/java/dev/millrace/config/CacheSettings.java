package dev.millrace.config;

import java.time.Duration;

/**
 * What is kept between requests.
 *
 * @param responseCacheBytes memory for whole answers, 0 for none
 * @param openFiles files kept open, 0 for none
 * @param revalidate how long a path is taken to lead to the same file
 */
public record CacheSettings(int responseCacheBytes, int openFiles, Duration revalidate) {}
