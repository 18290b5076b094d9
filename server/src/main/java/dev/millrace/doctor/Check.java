package dev.millrace.doctor;

/**
 * One thing that was looked at.
 *
 * @param name what it is
 * @param verdict whether it is as it should be
 * @param value what was found
 * @param cure what to change; empty if nothing
 */
public record Check(String name, Verdict verdict, String value, String cure) {
  /** How it stands. */
  public enum Verdict {
    /** As it should be, or of no consequence. */
    OK,
    /** It works, but less well than it could. */
    WARN,
    /** io_uring cannot be used, or the directory cannot be served. */
    FAIL
  }

  static Check ok(String name, String value) {
    return new Check(name, Verdict.OK, value, "");
  }

  static Check warn(String name, String value, String cure) {
    return new Check(name, Verdict.WARN, value, cure);
  }

  static Check fail(String name, String value, String cure) {
    return new Check(name, Verdict.FAIL, value, cure);
  }
}
