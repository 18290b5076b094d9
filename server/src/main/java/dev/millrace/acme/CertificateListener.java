package dev.millrace.acme;

import java.util.List;

/** Receives certificates, to be used for new connections from then on. */
@FunctionalInterface
public interface CertificateListener {
  /**
   * A certificate was loaded or issued. Called by {@link AcmeManager#start} for a stored one, and
   * by the thread {@code millrace-acme} for each issued one.
   *
   * @param names the DNS names of the certificate, in the order of the settings
   */
  void issued(List<String> names, IssuedCertificate certificate);
}
