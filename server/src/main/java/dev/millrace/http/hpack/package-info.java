/**
 * HPACK (RFC 7541), the compression of header blocks, as an HTTP/2 server needs it.
 *
 * <pre>
 *   HpackDecoder   one connection: blocks to fields, for a FieldSink; HpackException
 *     ├ StaticTable, DynamicTable
 *     └ Huffman      a state machine of four bits a step
 *   HpackEncoder   fields to blocks that do not depend on the connection
 * </pre>
 *
 * <p>Pure: no sockets, no threads. Imports nothing of the server.
 */
@NullMarked
package dev.millrace.http.hpack;

import org.jspecify.annotations.NullMarked;
