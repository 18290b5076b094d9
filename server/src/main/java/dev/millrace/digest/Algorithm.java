package dev.millrace.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A hash algorithm for files. */
public enum Algorithm {
  SHA_256("SHA-256", "sha-256", "sha256", 32),
  SHA_512("SHA-512", "sha-512", "sha512", 64),
  /** Broken; for tools that support no other. Never in Repr-Digest (RFC 9530 §5). */
  SHA_1("SHA-1", "sha", "sha1", 20),
  /** Broken; for tools that support no other. Never in Repr-Digest (RFC 9530 §5). */
  MD5("MD5", "md5", "md5", 16);

  private final String javaName;
  private final String fieldName;
  private final String suffix;
  private final int lengthBytes;

  Algorithm(String javaName, String fieldName, String suffix, int lengthBytes) {
    this.javaName = javaName;
    this.fieldName = fieldName;
    this.suffix = suffix;
    this.lengthBytes = lengthBytes;
  }

  /** The algorithm's key in digest fields (RFC 9530 §7.2). */
  public String fieldName() {
    return fieldName;
  }

  /** The extension of checksum files, without the dot; also the algorithm's name in settings. */
  public String suffix() {
    return suffix;
  }

  /** Length of a digest in bytes. */
  public int lengthBytes() {
    return lengthBytes;
  }

  /** Whether Repr-Digest may contain it. */
  public boolean isSecure() {
    return this == SHA_256 || this == SHA_512;
  }

  /** Starts a computation. */
  public MessageDigest start() {
    try {
      return MessageDigest.getInstance(javaName);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has these
    }
  }
}
