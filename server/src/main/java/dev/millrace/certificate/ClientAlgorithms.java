package dev.millrace.certificate;

import java.security.interfaces.ECPublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;

/**
 * Which certificates a client can verify, as far as JSSE reveals it to a key manager.
 *
 * <p>JSSE asks the key manager for one type of key after another, until it gets an alias:
 *
 * <ul>
 *   <li>In TLS 1.3 in the order in which the client's signature algorithms mention the types.
 *   <li>In TLS 1.2 in the order of the server's enabled cipher suites that the client offers too
 *       (EC and EdDSA for {@code ECDHE_ECDSA}, RSA for the others). The client's suites are not
 *       revealed, so a type whose turn has passed without a question is one for which the client
 *       has no suite. This needs the server's order of suites ({@code
 *       SSLParameters.setUseCipherSuitesOrder}), which is JSSE's default.
 * </ul>
 *
 * <p>So while JSSE asks for one type, exactly that type and those whose turn is still to come are
 * usable. A type whose turn has passed was declined for a better one, or refused by JSSE, or is
 * unknown to the client.
 */
final class ClientAlgorithms {
  private static final String EC = "EC";
  private static final String EDDSA = "EdDSA";
  private static final String RSA = "RSA";

  private final boolean isTls13;
  private final String askedType;
  private final Set<String> signatures;
  private final Map<String, Integer> turns;

  private ClientAlgorithms(
      boolean isTls13, String askedType, Set<String> signatures, Map<String, Integer> turns) {
    this.isTls13 = isTls13;
    this.askedType = askedType;
    this.signatures = signatures;
    this.turns = turns;
  }

  /**
   * @param askedType the type of key for which JSSE asks
   * @param session the session under negotiation
   * @param suites the enabled cipher suites in the server's order
   */
  static ClientAlgorithms of(String askedType, ExtendedSSLSession session, String[] suites) {
    List<String> algorithms = List.of(session.getPeerSupportedSignatureAlgorithms());
    boolean isTls13 = session.getProtocol().equals("TLSv1.3");
    return new ClientAlgorithms(
        isTls13,
        askedType,
        new HashSet<>(algorithms),
        isTls13 ? turnsInTls13(algorithms) : turnsInTls12(suites));
  }

  private static Map<String, Integer> turnsInTls13(List<String> algorithms) {
    Map<String, Integer> turns = new HashMap<>();
    for (String algorithm : algorithms) {
      turns.putIfAbsent(keyType(algorithm), turns.size());
    }
    return turns;
  }

  private static String keyType(String algorithm) {
    if (algorithm.endsWith("withECDSA")) {
      return EC;
    }
    return algorithm.startsWith("Ed") ? EDDSA : RSA;
  }

  private static Map<String, Integer> turnsInTls12(String[] suites) {
    Map<String, Integer> turns = new HashMap<>();
    for (String suite : suites) {
      if (suite.startsWith("TLS_ECDHE_ECDSA_")) {
        turns.putIfAbsent(EC, turns.size());
        turns.putIfAbsent(EDDSA, turns.size());
      } else if (suite.contains("_RSA_")) {
        turns.putIfAbsent(RSA, turns.size());
      }
    }
    return turns;
  }

  /** Whether the client can verify a certificate and JSSE asks for its type now or later. */
  boolean isUsable(ServerCertificate certificate) {
    String type = certificate.keyType();
    return isAskedFrom(type) && (isOld() || isVerifiable(type, certificate));
  }

  private boolean isAskedFrom(String type) {
    Integer turn = turns.get(type);
    Integer now = turns.get(askedType);
    return type.equals(askedType) || (turn != null && now != null && turn > now);
  }

  /** A client that sends no signature algorithms (JSSE reports SHA-1), or only old ones. */
  private boolean isOld() {
    return signatures.stream().allMatch(algorithm -> algorithm.startsWith("SHA1with"));
  }

  private boolean isVerifiable(String type, ServerCertificate certificate) {
    return switch (type) {
      // JSSE ties each curve to one hash, in TLS 1.2 too.
      case EC -> signatures.contains(hashOfCurve(certificate) + "withECDSA");
      case EDDSA -> signatures.contains("Ed25519");
      default ->
          signatures.contains("RSASSA-PSS")
              || (!isTls13 && signatures.stream().anyMatch(one -> one.endsWith("withRSA")));
    };
  }

  private static String hashOfCurve(ServerCertificate certificate) {
    if (!(certificate.leaf().getPublicKey() instanceof ECPublicKey key)) {
      return "";
    }
    return switch (key.getParams().getCurve().getField().getFieldSize()) {
      case 256 -> "SHA256";
      case 384 -> "SHA384";
      default -> "SHA512";
    };
  }
}
