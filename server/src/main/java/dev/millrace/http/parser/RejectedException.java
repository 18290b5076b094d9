package dev.millrace.http.parser;

import java.io.IOException;

/** A request body with invalid framing. The handler must not use any of it. */
public final class RejectedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final RejectReason reason;

  public RejectedException(RejectReason reason) {
    super("invalid request body: " + reason.label());
    this.reason = reason;
  }

  public RejectReason reason() {
    return reason;
  }
}
