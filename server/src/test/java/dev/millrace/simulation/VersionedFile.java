package dev.millrace.simulation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A file and all contents that it has had. A replacement starts a new stream of bytes; growing and
 * shrinking keep the stream, so that each content is a prefix of its stream.
 */
final class VersionedFile {
  /**
   * A content.
   *
   * @param stream number of the stream of bytes
   * @param length of the content, -1 while the file does not exist
   * @param fromNanos since when the file has it, in simulated time
   */
  record Version(int stream, int length, long fromNanos) {
    boolean exists() {
      return length >= 0;
    }
  }

  static final int MAX_BYTES = 1 << 20;

  /** The bytes of all streams. */
  private static final byte[] NOISE = new byte[8 << 20];

  static {
    new SplittableRandom(1).nextBytes(NOISE);
  }

  final String name;
  private final long seed;
  private final List<Version> versions = new ArrayList<>();
  private final Map<Version, String> digests = new HashMap<>();

  VersionedFile(String name, long seed, int length) {
    this.name = name;
    this.seed = seed;
    versions.add(new Version(0, length, Long.MIN_VALUE));
  }

  Version current() {
    return versions.getLast();
  }

  /** The file has another content from now on. */
  Version change(int stream, int length, long nowNanos) {
    Version next = new Version(stream, Math.min(length, MAX_BYTES), nowNanos);
    versions.add(next);
    return next;
  }

  /** A number that no stream has had. */
  int newStream() {
    return versions.size();
  }

  /** The contents that the file had at some moment since a time. */
  List<Version> since(long nanos) {
    List<Version> alive = new ArrayList<>();
    for (int i = versions.size() - 1; i >= 0; i--) {
      alive.add(versions.get(i));
      if (versions.get(i).fromNanos() < nanos) {
        break;
      }
    }
    return alive;
  }

  /** Whether the file lost bytes at its end since a time, by a cut in place. */
  boolean shrankSince(long nanos) {
    List<Version> alive = since(nanos);
    for (int i = 1; i < alive.size(); i++) {
      Version later = alive.get(i - 1);
      Version earlier = alive.get(i);
      if (later.stream() == earlier.stream()
          && later.exists()
          && later.length() < earlier.length()) {
        return true;
      }
    }
    return false;
  }

  byte[] content(Version version) {
    int start = start(version.stream());
    return Arrays.copyOfRange(NOISE, start, start + Math.max(0, version.length()));
  }

  /** Whether bytes are those of a version from an offset on. */
  boolean matches(Version version, int offset, byte[] bytes) {
    int start = start(version.stream()) + offset;
    return version.exists()
        && offset + bytes.length <= version.length()
        && Arrays.equals(bytes, 0, bytes.length, NOISE, start, start + bytes.length);
  }

  /**
   * As {@link #matches}, but bytes that the file was cut by meanwhile may be zeros: sendfile(2)
   * sends pages of the file, and the kernel clears the rest of the page in which a file ends.
   *
   * @param cut the shortest length that the stream had
   */
  boolean matchesCut(Version version, int offset, byte[] bytes, int cut) {
    if (!version.exists() || offset + bytes.length > version.length()) {
      return false;
    }
    int start = start(version.stream()) + offset;
    for (int i = 0; i < bytes.length; i++) {
      boolean cleared = offset + i >= cut && bytes[i] == 0;
      if (bytes[i] != NOISE[start + i] && !cleared) {
        return false;
      }
    }
    return true;
  }

  /** The shortest of some versions of a stream; of a removed file too, its pages stay. */
  static int shortest(List<Version> versions, int stream) {
    return versions.stream()
        .filter(version -> version.stream() == stream && version.exists())
        .mapToInt(Version::length)
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  /** Where a stream begins in {@link #NOISE}. */
  private int start(int stream) {
    long mixed = (seed * 1_000_003 + stream) * 0x9E3779B97F4A7C15L;
    return (int) ((mixed >>> 20) % (NOISE.length - MAX_BYTES));
  }

  /** The SHA-256 digest of a version, in Base64. */
  String sha256(Version version) {
    return digests.computeIfAbsent(
        version,
        v -> {
          try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content(v));
            return Base64.getEncoder().encodeToString(digest);
          } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
          }
        });
  }

  @Override
  public String toString() {
    return name + " " + versions;
  }
}
