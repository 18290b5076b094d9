package dev.millrace.io;

import java.security.MessageDigest;
import java.util.zip.Checksum;

/** Something that is shown bytes in order. */
@FunctionalInterface
public interface Hasher {
  /** Takes the next {@code length} bytes; they may change afterwards. */
  void update(byte[] bytes, int offset, int length);

  /** Feeds {@code digest}. */
  static Hasher of(MessageDigest digest) {
    return digest::update;
  }

  /** Feeds {@code checksum}. */
  static Hasher of(Checksum checksum) {
    return checksum::update;
  }
}
