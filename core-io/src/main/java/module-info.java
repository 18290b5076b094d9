/** Zig's {@code std.Io} for Java: buffered Reader and Writer, io_uring, and its event loop. */
@org.jspecify.annotations.NullMarked
module dev.millrace.io {
  requires jdk.jfr;
  requires static org.jspecify;
  requires transitive dev.millrace.sync;

  exports dev.millrace.blocking;
  exports dev.millrace.file;
  exports dev.millrace.io;
  exports dev.millrace.loop;
  exports dev.millrace.net;
  exports dev.millrace.process;
  exports dev.millrace.uring;
  exports dev.millrace.uring.sim;
}
