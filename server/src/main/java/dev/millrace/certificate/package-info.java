/**
 * Certificates and private keys of an HTTPS server: loading, selection, reloading.
 *
 * <ul>
 *   <li>{@link dev.millrace.certificate.CertificateFiles}: loads and checks a {@link
 *       dev.millrace.certificate.ServerCertificate} from files; {@link
 *       dev.millrace.certificate.SelfSigned} makes one without files.
 *   <li>{@link dev.millrace.certificate.CertificateSet}: selects the certificate of a handshake by
 *       the name that the client requests and the keys that it can verify.
 *   <li>{@link dev.millrace.certificate.CertificateStore}: holds the current set, follows its files
 *       and is the key manager of JSSE.
 *   <li>{@link dev.millrace.certificate.CertificateSettings}: the settings.
 * </ul>
 *
 * <p>Handshakes read an immutable snapshot on any thread. The store's own thread reads changed
 * files. Imports {@code config} and Bouncy Castle, which decrypts PKCS#8 and signs the self-signed
 * certificate.
 */
@NullMarked
package dev.millrace.certificate;

import org.jspecify.annotations.NullMarked;
