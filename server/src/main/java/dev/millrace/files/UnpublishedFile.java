package dev.millrace.files;

import dev.millrace.file.FileStat;
import dev.millrace.uring.ErrnoException;

/** A new file that readers cannot see until it gets its name. Worker threads, one at a time. */
public interface UnpublishedFile {
  /** Waits until the content is on the disk. */
  void sync() throws ErrnoException;

  /** The status; the change time is that of the last call of this object. */
  FileStat stat() throws ErrnoException;

  /** Copies an extended attribute if the other file has it. */
  void copyAttribute(OpenFile from, String name) throws ErrnoException;

  /**
   * Gives the file its name.
   *
   * @throws ErrnoException EEXIST if the name exists
   */
  void publish(WritableDirectory directory, byte[] name) throws ErrnoException;

  /** Gives the file its name; atomically takes that of another file, which loses it. */
  void replace(WritableDirectory directory, byte[] name) throws ErrnoException;
}
