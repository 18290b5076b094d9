/**
 * Buffered {@code Reader} and {@code Writer}, after Zig 0.15's {@code std.Io}. They use no ring and
 * no descriptor.
 *
 * <ul>
 *   <li>{@link dev.millrace.io.Reader}, {@link dev.millrace.io.Writer}: all methods for reading and
 *       writing, and the hooks that a source or sink implements. Implementations in other packages
 *       extend only these two.
 *   <li>Values: {@link dev.millrace.io.Limit}, {@link dev.millrace.io.Span} (a slice), {@link
 *       dev.millrace.io.Slices} (a list of them, heap or native), {@link dev.millrace.io.Padding}.
 *   <li>Public implementations, because they have more methods: {@code LimitedReader}, {@code
 *       HashedReader}, {@code AllocatingWriter}, {@code DiscardingWriter}, {@code HashingWriter},
 *       {@code HashedWriter}, {@code SegmentWriter}. {@code Reader} and {@code Writer} create the
 *       others.
 *   <li>Errors: {@code EndOfStreamException}, {@code ReadFailedException}, {@code
 *       WriteFailedException}, {@code StreamTooLongException}, {@code OverflowException}.
 *   <li>Package-private slow paths and loops: {@code ReaderBulk}, {@code Delimiters}, {@code
 *       WriterRoom}, {@code SendFile}, {@code Format}, {@code Text}, {@code Template}, {@code
 *       Leb128}, {@code Bytes}.
 * </ul>
 *
 * <p>Omitted from Zig's, because they have no meaning in Java: sentinel-terminated slices, {@code
 * StructPointer} (a struct is a segment with a layout and is already shared), enums and packed
 * structs by tag, allocators, and {@code print} of arbitrary types by reflection. Deliberate
 * differences: a source or sink that makes no progress fails methods that need some, instead of
 * being called forever; {@code write} retries until some bytes are accepted or none are; {@code
 * printInt} with a width prints no plus sign; sizes are rounded decimals, not binary fractions;
 * bytes are 0 to 255 as {@code int}.
 *
 * <p>An object belongs to one thread at a time. Imports only the JDK.
 */
package dev.millrace.io;
