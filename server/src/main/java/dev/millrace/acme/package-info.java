/**
 * Certificates from an ACME authority (RFC 8555): issued, stored and renewed.
 *
 * <ul>
 *   <li>{@link dev.millrace.acme.AcmeSettings}: the keys of the feature, validated.
 *   <li>{@link dev.millrace.acme.AcmeManager}: owns the thread {@code millrace-acme}. {@code
 *       RenewalSchedule} says when a certificate is renewed, {@code Backoff} when a failed order is
 *       tried again.
 *   <li>{@code CertificateOrder}: one order, from the names to the certificate. {@code Challenges}
 *       are the responses that prove control of the names, {@code Account} the account that orders.
 *   <li>{@code Authority}: the authority's HTTP interface, through acme4j. {@code
 *       AuthorityConnection} bounds the time and the size of each response.
 *   <li>{@code AcmeStore}: account and certificate on disk. {@code AtomicFile} writes a file
 *       completely or not at all.
 *   <li>{@link dev.millrace.acme.ChallengeResponder} and {@link
 *       dev.millrace.acme.CertificateListener}: implemented by the server that uses certificates.
 * </ul>
 *
 * <p>All network and file access is on the thread {@code millrace-acme}, except that {@link
 * dev.millrace.acme.AcmeManager#start} reads the stored certificate and {@link
 * dev.millrace.acme.Http01Folder#answer} reads a file on the caller's thread. Imports {@code
 * config}, acme4j and Bouncy Castle.
 */
@NullMarked
package dev.millrace.acme;

import org.jspecify.annotations.NullMarked;
