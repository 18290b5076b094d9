package dev.millrace.io;

import java.security.MessageDigest;
import java.util.zip.Checksum;

/** Receives bytes in order. */
@FunctionalInterface
public interface Hasher {
  /** Processes the next {@code length} bytes; the array may change afterwards. */
  void update(byte[] bytes, int offset, int length);

  /** A hasher that updates {@code digest}. */
  static Hasher of(MessageDigest digest) {
    return digest::update;
  }

  /** A hasher that updates {@code checksum}. */
  static Hasher of(Checksum checksum) {
    return checksum::update;
  }
}
