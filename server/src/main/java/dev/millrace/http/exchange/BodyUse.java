package dev.millrace.http.exchange;

import io.undertow.util.AttachmentKey;

/** What is done with the body of a request before its handler runs. */
public enum BodyUse {
  /** It is read and discarded. */
  DISCARD,
  /** It is read into memory: the handler finds it in {@link #COLLECTED}. */
  COLLECT,
  /** The handler reads it. */
  LEAVE;

  /** A body that was collected; not set if the request had none. */
  public static final AttachmentKey<byte[]> COLLECTED = AttachmentKey.create(byte[].class);
}
