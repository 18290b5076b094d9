package dev.millrace.uring.sim;

import static dev.millrace.uring.OpenFlags.O_CREAT;
import static dev.millrace.uring.OpenFlags.O_EXCL;
import static dev.millrace.uring.OpenFlags.O_TRUNC;
import static dev.millrace.uring.PathFlags.AT_REMOVEDIR;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.millrace.sync.Errno;
import dev.millrace.uring.Statx;
import dev.millrace.uring.abi.Structs;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The file tree of a simulated ring. Directories and regular files only; a path must resolve
 * beneath the directory that it is relative to.
 */
public final class SimulatedFiles {
  private static final int O_ACCMODE = 3;
  private static final int MAX_FILE_BYTES = 1 << 26;

  /** An inode. */
  private abstract static sealed class Node {
    int links = 1;
    final long inode;

    Node(long inode) {
      this.inode = inode;
    }
  }

  private static final class Regular extends Node {
    byte[] bytes = {};

    Regular(long inode) {
      super(inode);
    }
  }

  private static final class Directory extends Node {
    final TreeMap<String, Node> entries = new TreeMap<>();

    Directory(long inode) {
      super(inode);
    }
  }

  private static final class OpenNode extends OpenFile {
    final Node node;
    final boolean readable;
    final boolean writable;

    OpenNode(Node node, long flags) {
      this.node = node;
      this.readable = (flags & O_ACCMODE) != 1;
      this.writable = (flags & O_ACCMODE) != 0;
    }

    @Override
    void ended() {}
  }

  /** The result of resolving a path: the directory, the last name, and its node. */
  private record Place(int errno, Directory parent, String name, @Nullable Node node) {}

  private final Descriptors descriptors;
  private final Directory root = new Directory(1);
  private final int rootFd;
  private long lastInode = 1;

  SimulatedFiles(Descriptors descriptors) {
    this.descriptors = descriptors;
    this.rootFd = descriptors.add(new OpenNode(root, 0));
  }

  /** The descriptor of the root directory. */
  public int directory() {
    return rootFd;
  }

  /** Creates or replaces a file. */
  public void write(String path, byte[] bytes) {
    Place place = resolve(root, path);
    if (place.errno != 0 || place.node instanceof Directory) {
      throw new IllegalArgumentException(path);
    }
    Regular file = place.node instanceof Regular there ? there : new Regular(++lastInode);
    file.bytes = bytes.clone();
    place.parent.entries.put(place.name, file);
  }

  /** The content of a file, or null if there is none. */
  public byte @Nullable [] read(String path) {
    Place place = resolve(root, path);
    return place.errno == 0 && place.node instanceof Regular file ? file.bytes.clone() : null;
  }

  int open(OpenFile directory, String path, MemorySegment how) {
    long flags = how.get(JAVA_LONG, Structs.HOW_FLAGS);
    Place place = resolve(directory, path);
    if (place.errno != 0) {
      return -place.errno;
    }
    Node node = place.node;
    if (node == null) {
      if ((flags & O_CREAT) == 0) {
        return -Errno.ENOENT;
      }
      node = new Regular(++lastInode);
      place.parent.entries.put(place.name, node);
    } else if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
      return -Errno.EEXIST;
    }
    if (node instanceof Directory && (flags & O_ACCMODE) != 0) {
      return -Errno.EISDIR;
    }
    if (node instanceof Regular file && (flags & O_TRUNC) != 0) {
      file.bytes = new byte[0];
    }
    return descriptors.add(new OpenNode(node, flags));
  }

  /** The number of bytes that a read would return, or {@code -errno}. */
  int readable(OpenFile file, long offset, int length) {
    if (!(file instanceof OpenNode open) || !open.readable) {
      return -Errno.EBADF;
    }
    if (!(open.node instanceof Regular regular)) {
      return -Errno.EISDIR;
    }
    return offset < 0
        ? -Errno.EINVAL
        : (int) Math.max(0, Math.min(length, regular.bytes.length - offset));
  }

  void read(OpenFile file, long offset, MemorySegment into) {
    if (file instanceof OpenNode open && open.node instanceof Regular regular) {
      MemorySegment.copy(regular.bytes, (int) offset, into, JAVA_BYTE, 0, (int) into.byteSize());
    }
  }

  int write(OpenFile file, long offset, MemorySegment from) {
    if (!(file instanceof OpenNode open)
        || !open.writable
        || !(open.node instanceof Regular regular)) {
      return -Errno.EBADF;
    }
    long end = offset + from.byteSize();
    if (offset < 0 || end > MAX_FILE_BYTES) {
      return offset < 0 ? -Errno.EINVAL : -Errno.EFBIG;
    }
    if (end > regular.bytes.length) {
      regular.bytes = Arrays.copyOf(regular.bytes, (int) end);
    }
    MemorySegment.copy(from, JAVA_BYTE, 0, regular.bytes, (int) offset, (int) from.byteSize());
    return (int) from.byteSize();
  }

  int stat(OpenFile directory, String path, MemorySegment into) {
    Place place = resolve(directory, path);
    Node node = place.node;
    if (place.errno != 0 || node == null) {
      return place.errno != 0 ? -place.errno : -Errno.ENOENT;
    }
    into.fill((byte) 0);
    into.set(JAVA_INT, Structs.STATX_MASK, Statx.BASIC);
    into.set(JAVA_INT, Structs.STATX_NLINK, node.links);
    into.set(JAVA_SHORT, Structs.STATX_MODE, (short) (node instanceof Regular ? 0x81a4 : 0x41ed));
    into.set(JAVA_LONG, Structs.STATX_INO, node.inode);
    into.set(JAVA_LONG, Structs.STATX_SIZE, node instanceof Regular f ? f.bytes.length : 4096);
    return 0;
  }

  int rename(OpenFile oldDirectory, String oldPath, OpenFile newDirectory, String newPath) {
    Place from = resolve(oldDirectory, oldPath);
    Place to = resolve(newDirectory, newPath);
    Node node = from.node;
    if (from.errno != 0 || to.errno != 0 || node == null) {
      return -(from.errno != 0 ? from.errno : node == null ? Errno.ENOENT : to.errno);
    }
    if (to.node instanceof Directory != node instanceof Directory && to.node != null) {
      return to.node instanceof Directory ? -Errno.EISDIR : -Errno.ENOTDIR;
    }
    if (to.node instanceof Directory full && !full.entries.isEmpty()) {
      return -Errno.ENOTEMPTY;
    }
    if (to.node != node) {
      if (to.node != null) {
        to.node.links--;
      }
      from.parent.entries.remove(from.name);
      to.parent.entries.put(to.name, node);
    }
    return 0;
  }

  int unlink(OpenFile directory, String path, int flags) {
    Place place = resolve(directory, path);
    Node node = place.node;
    if (place.errno != 0 || node == null) {
      return place.errno != 0 ? -place.errno : -Errno.ENOENT;
    }
    boolean asDirectory = (flags & AT_REMOVEDIR) != 0;
    if (node instanceof Directory found) {
      if (!asDirectory) {
        return -Errno.EISDIR;
      }
      if (!found.entries.isEmpty()) {
        return -Errno.ENOTEMPTY;
      }
    } else if (asDirectory) {
      return -Errno.ENOTDIR;
    }
    place.parent.entries.remove(place.name);
    node.links--;
    return 0;
  }

  int makeDirectory(OpenFile directory, String path) {
    Place place = resolve(directory, path);
    if (place.errno != 0 || place.node != null) {
      return place.errno != 0 ? -place.errno : -Errno.EEXIST;
    }
    place.parent.entries.put(place.name, new Directory(++lastInode));
    return 0;
  }

  int link(OpenFile oldDirectory, String oldPath, OpenFile newDirectory, String newPath) {
    Place from = resolve(oldDirectory, oldPath);
    Place to = resolve(newDirectory, newPath);
    Node node = from.node;
    if (from.errno != 0 || to.errno != 0) {
      return -(from.errno != 0 ? from.errno : to.errno);
    }
    if (!(node instanceof Regular)) {
      return node == null ? -Errno.ENOENT : -Errno.EPERM;
    }
    if (to.node != null) {
      return -Errno.EEXIST;
    }
    to.parent.entries.put(to.name, node);
    node.links++;
    return 0;
  }

  private Place resolve(OpenFile directory, String path) {
    return directory instanceof OpenNode open && open.node instanceof Directory start
        ? resolve(start, path)
        : new Place(Errno.ENOTDIR, root, "", null);
  }

  private Place resolve(Directory start, String path) {
    if (path.startsWith("/")) {
      return new Place(Errno.EXDEV, start, "", null);
    }
    Directory at = start;
    String[] names = path.split("/", -1);
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals("..") || names[i].length() > 255) {
        return new Place(names[i].equals("..") ? Errno.EXDEV : Errno.ENAMETOOLONG, start, "", null);
      }
      Node node = names[i].equals(".") ? at : at.entries.get(names[i]);
      if (i == names.length - 1) {
        return names[i].isEmpty()
            ? new Place(Errno.ENOENT, at, "", null)
            : new Place(0, at, names[i], node);
      }
      if (!(node instanceof Directory next)) {
        return new Place(node == null ? Errno.ENOENT : Errno.ENOTDIR, at, "", null);
      }
      at = next;
    }
    return new Place(Errno.ENOENT, at, "", null);
  }
}
