/**
 * Buffered {@code Reader} and {@code Writer}, after Zig 0.15's {@code std.Io}. Knows no ring and no
 * descriptor. Imports nothing of ours. An object belongs to one thread at a time.
 *
 * <ul>
 *   <li>{@link dev.millrace.io.Reader}, {@link dev.millrace.io.Writer}: the vocabulary, and the
 *       hooks a source or sink implements. A concrete one elsewhere extends these two and nothing
 *       else here.
 *   <li>Values: {@link dev.millrace.io.Limit}, {@link dev.millrace.io.Span} (a slice), {@link
 *       dev.millrace.io.Slices} (a vector of them, heap or native), {@link
 *       dev.millrace.io.Padding}.
 *   <li>Kinds with something to ask of them: {@code LimitedReader}, {@code HashedReader}, {@code
 *       AllocatingWriter}, {@code DiscardingWriter}, {@code HashingWriter}, {@code HashedWriter},
 *       {@code SegmentWriter}. The others are made by {@code Reader} and {@code Writer}.
 *   <li>Errors: {@code EndOfStreamException}, {@code ReadFailedException}, {@code
 *       WriteFailedException}, {@code StreamTooLongException}, {@code OverflowException}.
 *   <li>Slow paths and loops, package-private: {@code ReaderBulk}, {@code Delimiters}, {@code
 *       WriterRoom}, {@code SendFile}, {@code Format}, {@code Text}, {@code Template}, {@code
 *       Leb128}, {@code Bytes}.
 * </ul>
 *
 * <p>Left out of Zig's, having no meaning here: sentinel-terminated slices, {@code StructPointer}
 * (a struct is a segment with a layout and is shared already), enums and packed structs by tag,
 * allocators, and {@code print} of arbitrary types by reflection. Different on purpose: a source or
 * sink that makes no progress fails methods that need some, instead of being asked for ever; {@code
 * write} tries until something was taken or nothing is; {@code printInt} with a width puts no plus
 * in front; sizes are rounded decimals, not binary fractions; bytes are 0 to 255 as {@code int}.
 */
package dev.millrace.io;
