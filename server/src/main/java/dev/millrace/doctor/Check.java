package dev.millrace.doctor;

/**
 * One check of the doctor.
 *
 * @param name of the check
 * @param verdict result of the check
 * @param value found on this machine
 * @param cure what to change; empty if nothing
 */
public record Check(String name, Verdict verdict, String value, String cure) {
  public enum Verdict {
    /** Works, or does not matter. */
    OK,
    /** Works, but worse than it could. */
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
