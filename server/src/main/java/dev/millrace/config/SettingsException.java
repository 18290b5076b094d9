package dev.millrace.config;

import java.io.Serial;

/**
 * A setting that cannot be used. The message is one line for the operator: key, value, what is
 * allowed.
 */
public final class SettingsException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
