/**
 * HTTPS as seen by HTTP: the redirect of plain requests and Strict-Transport-Security.
 *
 * <ul>
 *   <li>{@link dev.millrace.https.HttpsHandler}: applies {@link dev.millrace.https.HttpsPolicy} to
 *       each request. Loop thread.
 *   <li>{@link dev.millrace.https.AcmeChallengeHandler}: responds to the challenges of an ACME
 *       authority. Loop thread.
 * </ul>
 *
 * <p>Imports {@code config}, {@code http.exchange} and Undertow.
 */
@NullMarked
package dev.millrace.https;

import org.jspecify.annotations.NullMarked;
