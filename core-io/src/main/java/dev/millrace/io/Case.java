package dev.millrace.io;

/** Case of the digits above nine. */
public enum Case {
  LOWER,
  UPPER
}
