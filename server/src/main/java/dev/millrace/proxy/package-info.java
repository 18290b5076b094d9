/** What trusted proxies tell of their clients: the PROXY header and Forwarded fields. */
@NullMarked
package dev.millrace.proxy;

import org.jspecify.annotations.NullMarked;
