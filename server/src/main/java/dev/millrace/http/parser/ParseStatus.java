package dev.millrace.http.parser;

/** What the bytes so far are. */
public enum ParseStatus {
  /** Right so far, and not all. */
  NEED_MORE,
  /** All there and all right. */
  COMPLETE,
  /** Wrong, whatever may follow. */
  REJECTED
}
