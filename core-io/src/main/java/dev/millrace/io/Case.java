package dev.millrace.io;

/** Letters of the digits above nine. */
public enum Case {
  LOWER,
  UPPER
}
