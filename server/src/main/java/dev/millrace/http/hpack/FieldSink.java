package dev.millrace.http.hpack;

/** Receives the fields of a header block, in order. The arrays are valid only during the call. */
@FunctionalInterface
public interface FieldSink {
  void field(
      byte[] nameBytes, int nameFrom, int nameTo, byte[] valueBytes, int valueFrom, int valueTo);
}
