package dev.millrace.http.parser;

/** The result of parsing the bytes received so far. */
public enum ParseStatus {
  /** Valid so far, but incomplete. */
  NEED_MORE,
  /** Complete and valid. */
  COMPLETE,
  /** Invalid, whatever bytes follow. */
  REJECTED
}
