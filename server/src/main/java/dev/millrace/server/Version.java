package dev.millrace.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which build this is. */
public final class Version {
  private Version() {}

  /** The Maven version, as filtered into the jar. */
  public static String current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }
}
