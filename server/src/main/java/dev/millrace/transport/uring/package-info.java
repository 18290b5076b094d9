/**
 * An XNIO worker on the ring, so that any Undertow application runs on it unchanged.
 *
 * <pre>
 *   RingXnio ─ creates ─ RingWorker ─ owns ─ RingIoThread ─ runs ─ EventLoop
 *                            │                                        │ completions
 *                        RingListener ─ accepts ─ RingConnection ◄────┘
 *                                                   ├ RingSource ─ Inbox  (received bytes)
 *                                                   ├ RingSink ─ SocketWriter  (chunks)
 *                                                   └ SendPipeline  (sends in flight)
 * </pre>
 *
 * <p>With several loops, each has its own worker, and they share no state.
 *
 * <p>The loop thread owns a connection's state. XNIO lets worker threads call the conduits too;
 * those calls run on the loop thread, so the loop takes no lock. Contains no HTTP code; imports
 * {@code transport}, core-io, core-sync and XNIO.
 */
@NullMarked
package dev.millrace.transport.uring;

import org.jspecify.annotations.NullMarked;
