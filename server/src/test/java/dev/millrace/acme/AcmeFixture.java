package dev.millrace.acme;

import dev.millrace.config.Settings;
import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A manager with a stepped clock, and the certificates that it has handed out. */
final class AcmeFixture implements AutoCloseable {
  private static final int MAX_SECONDS = 120;

  final SteppedTime time = new SteppedTime();
  final BlockingQueue<IssuedCertificate> certificates = new LinkedBlockingQueue<>();
  final AcmeManager manager;

  AcmeFixture(AcmeSettings settings, ChallengeResponder responder) {
    manager =
        new AcmeManager(
            settings, responder, (names, certificate) -> certificates.add(certificate), time, time);
  }

  AcmeFixture start() throws Exception {
    manager.start();
    return this;
  }

  /** The next certificate; fails with the manager's reason once it waits after a failure. */
  IssuedCertificate next() throws InterruptedException {
    for (int second = 0; second < MAX_SECONDS; second++) {
      IssuedCertificate certificate = certificates.poll(1, TimeUnit.SECONDS);
      if (certificate != null) {
        return certificate;
      }
      if (time.isPaused() && !manager.lastError().isEmpty() && certificates.isEmpty()) {
        break;
      }
    }
    throw new AssertionError("no certificate: " + manager.lastError());
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Settings for an authority, which agree to its terms, and others of KEY=VALUE. */
  static AcmeSettings settings(
      Pebble pebble, URI directory, Path state, String names, String... more) throws Exception {
    Map<String, String> values = new HashMap<>();
    values.put("acme", names);
    values.put("acme-directory", directory.toString());
    values.put("acme-ca", pebble.certificate().toString());
    values.put("acme-agree-tos", "on");
    for (String one : more) {
      values.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
    }
    return AcmeSettings.of(load(values), state);
  }

  static Settings load(Map<String, String> values) throws SettingsException {
    Map<String, List<String>> flags = new HashMap<>();
    values.forEach((key, value) -> flags.put(key, List.of(value)));
    return SettingsLoader.load(
        AcmeSettings.KEYS, List.of(), new SettingsLoader.Flags(flags, null), Map.of());
  }
}
