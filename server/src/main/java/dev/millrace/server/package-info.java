/**
 * The composition root: settings, and the server put together from them.
 *
 * <ul>
 *   <li>{@link dev.millrace.config.Settings} and {@link dev.millrace.config.SettingsLoader}: what
 *       was asked for, from flags, environment, file and defaults.
 *   <li>{@link dev.millrace.server.FileServer}: everything wired and started; drained and stopped.
 *   <li>{@code WarmUp}: a rehearsal before the start, and {@code WarmUpLoad}: what it is asked, by
 *       {@code WarmUpClient}; {@code SecondCompiler}: who waits after it.
 *   <li>{@link dev.millrace.server.LoopContext}: a request's way on one loop, and all that its
 *       thread alone may touch; one for each loop.
 *   <li>{@link dev.millrace.server.Listeners}: sockets, the gate, Undertow.
 *   <li>{@link dev.millrace.server.Transport}: what carries HTTP; the ring, or NIO.
 *   <li>{@link dev.millrace.management.ManagementServer}: the other port; {@link
 *       dev.millrace.management.HealthCheck}: what its pages ask, bounded in time; {@link
 *       dev.millrace.management.PageRenderQueue}: makes those that cost something.
 * </ul>
 *
 * <p>Imports everything; nothing but {@code cli} imports it.
 */
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
