package dev.millrace.http.parser;

import java.io.IOException;

/** A request body that is not what its framing promised; nothing of it must be used. */
public final class RejectedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final RejectReason reason;

  public RejectedException(RejectReason reason) {
    super("the request's body: " + reason.label());
    this.reason = reason;
  }

  /** What is wrong with it. */
  public RejectReason reason() {
    return reason;
  }
}
