package dev.millrace.certificate;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * The accepted algorithms of keys, which all TLS clients know. They are checked by their object
 * identifiers before the JDK decodes a key, because it calls every unknown curve malformed.
 */
final class KeyAlgorithms {
  private static final Map<ASN1ObjectIdentifier, String> ACCEPTED =
      Map.of(
          PKCSObjectIdentifiers.rsaEncryption, "RSA",
          X9ObjectIdentifiers.id_ecPublicKey, "EC",
          EdECObjectIdentifiers.id_Ed25519, "Ed25519");

  private static final Map<ASN1ObjectIdentifier, String> REFUSED =
      Map.of(
          PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
          X9ObjectIdentifiers.id_dsa, "DSA",
          EdECObjectIdentifiers.id_Ed448, "Ed448",
          EdECObjectIdentifiers.id_X25519, "X25519",
          EdECObjectIdentifiers.id_X448, "X448");

  /** P-256, P-384 and P-521. */
  private static final Set<ASN1ObjectIdentifier> CURVES =
      Set.of(
          X9ObjectIdentifiers.prime256v1,
          SECObjectIdentifiers.secp384r1,
          SECObjectIdentifiers.secp521r1);

  private KeyAlgorithms() {}

  /** The name for {@link java.security.KeyFactory}; refuses other algorithms and curves. */
  static String check(Path file, AlgorithmIdentifier algorithm) throws BadCertificateException {
    ASN1ObjectIdentifier id = algorithm.getAlgorithm();
    String name = ACCEPTED.get(id);
    if (name == null) {
      throw new BadCertificateException(
          file,
          "the key is of type "
              + REFUSED.getOrDefault(id, id.getId())
              + "; get a certificate for an EC, RSA or Ed25519 key");
    }
    if (name.equals("EC")) {
      checkCurve(file, algorithm.getParameters());
    }
    return name;
  }

  private static void checkCurve(Path file, ASN1Encodable parameters)
      throws BadCertificateException {
    if (!(parameters instanceof ASN1ObjectIdentifier curve)) {
      throw new BadCertificateException(
          file,
          "the EC key spells out its curve; write the name of the curve with"
              + " openssl ec -param_enc named_curve, and get a certificate for that key");
    }
    if (!CURVES.contains(curve)) {
      String name = ECNamedCurveTable.getName(curve);
      throw new BadCertificateException(
          file,
          "the EC key is on the curve "
              + (name == null ? curve.getId() : name)
              + "; get a certificate for a key on P-256, P-384 or P-521");
    }
  }
}
