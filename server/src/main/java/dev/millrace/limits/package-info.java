/**
 * Limits for clients: how many connections and requests one client may have, and which requests are
 * refused.
 *
 * <ul>
 *   <li>{@link dev.millrace.limits.LimitSettings} parses the settings.
 *   <li>{@link dev.millrace.limits.Clients} knows the clients that count: an IPv4 address, or an
 *       IPv6 network of 64 bits.
 *   <li>{@link dev.millrace.limits.ConnectionLimits} decides on new connections, {@link
 *       dev.millrace.limits.RequestLimits} on requests, before the response cache answers them.
 *   <li>{@link dev.millrace.limits.LimitHandler} sends the responses of refused requests.
 *   <li>{@link dev.millrace.limits.LimitStats} counts and logs every refusal.
 * </ul>
 *
 * <p>All loops share these objects, which are thread-safe.
 */
@NullMarked
package dev.millrace.limits;

import org.jspecify.annotations.NullMarked;
