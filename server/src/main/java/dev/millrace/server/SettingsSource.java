package dev.millrace.server;

import dev.millrace.config.SettingsException;

/** Loads the settings again, from the sources that they were loaded from at the start. */
@FunctionalInterface
public interface SettingsSource {
  /**
   * Loads the settings. May wait for a disk.
   *
   * @throws SettingsException naming the first value that is invalid
   */
  ServerSettings load() throws SettingsException;
}
