/** Zig's {@code std.Thread} for Java: synchronisation primitives on Linux futexes. */
@org.jspecify.annotations.NullMarked
module dev.millrace.sync {
  requires static org.jspecify;

  exports dev.millrace.sync;
  exports dev.millrace.sync.ffi to
      dev.millrace.io;
}
