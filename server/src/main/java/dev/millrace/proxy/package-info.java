/**
 * The addresses of clients behind trusted proxies.
 *
 * <ul>
 *   <li>{@link dev.millrace.proxy.ProxyOpenListener}: reads the PROXY header ({@code ProxyHeader})
 *       of a new connection and passes it on as a {@code ProxiedConnection}.
 *   <li>{@link dev.millrace.proxy.ForwardedHeaders}: a handler that applies {@code Forwarded} and
 *       X-Forwarded fields.
 *   <li>{@link dev.millrace.proxy.TrustedProxies}, {@link dev.millrace.proxy.Cidr}: the settings.
 * </ul>
 *
 * <p>Loop thread only. Imports {@code http.exchange}, {@code http.parser}, Undertow and XNIO.
 */
@NullMarked
package dev.millrace.proxy;

import org.jspecify.annotations.NullMarked;
