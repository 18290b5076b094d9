package dev.millrace.config;

import java.io.Serial;

/** An invalid setting. The message is one line for the operator: key, value and rule. */
public final class SettingsException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
