package dev.millrace.uring.sim;

import org.jspecify.annotations.Nullable;

/** The table of open files; a new file gets the lowest free number, as in a kernel. */
final class Descriptors {
  static final int FIRST = 3;

  private @Nullable OpenFile[] open = new OpenFile[16];
  private int count;

  int add(OpenFile file) {
    int at = 0;
    while (at < open.length && open[at] != null) {
      at++;
    }
    if (at == open.length) {
      open = java.util.Arrays.copyOf(open, at * 2);
    }
    open[at] = file;
    count++;
    return at + FIRST;
  }

  @Nullable OpenFile find(int fd) {
    int at = fd - FIRST;
    return at < 0 || at >= open.length ? null : open[at];
  }

  /** False if the descriptor is not open. */
  boolean close(int fd) {
    OpenFile file = find(fd);
    if (file == null) {
      return false;
    }
    open[fd - FIRST] = null;
    count--;
    file.letGo();
    return true;
  }

  int count() {
    return count;
  }
}
