/**
 * An XNIO worker on the ring, so that any Undertow application runs on it unchanged.
 *
 * <pre>
 *   RingXnio ─ makes ─ RingWorker ─ owns ─ RingIoThread ─ runs ─ EventLoop
 *                          │                                        │ completions
 *                      RingListener ─ accepts ─ RingConnection ◄────┘
 *                                                 ├ RingSource ─ Inbox   (provided buffers)
 *                                                 └ RingSink ─── Outbox  (chunks being sent)
 * </pre>
 *
 * <p>Of several loops, each has a worker; they share nothing.
 *
 * <p>State of a connection belongs to the loop's thread. XNIO lets worker threads call the conduits
 * too; those calls are carried over to the loop, so that the loop takes no lock. Knows no HTTP;
 * imports core-io, core-sync and XNIO.
 */
@NullMarked
package dev.millrace.transport.uring;

import org.jspecify.annotations.NullMarked;
