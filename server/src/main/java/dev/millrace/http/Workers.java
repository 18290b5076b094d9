package dev.millrace.http;

import dev.millrace.sync.ThreadPool;
import java.util.concurrent.Executor;

/**
 * Where work is done that would hold up the event thread.
 *
 * @param pool the workers
 * @param events runs a task on the event thread
 */
public record Workers(ThreadPool pool, Executor events) {}
