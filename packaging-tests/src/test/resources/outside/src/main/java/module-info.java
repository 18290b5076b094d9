module outside {
  requires dev.millrace.io;
}
