package dev.millrace.auth;

import dev.millrace.http.exchange.RequestOrigin;
import io.undertow.server.HttpServerExchange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Client certificates, which TLS has verified already. A certificate is accepted by its whole
 * subject (RFC 2253) or by its common name.
 */
public final class ClientSubjects implements Credentials {
  /** Accepts every certificate that a trusted authority has issued. */
  public static final String ANY = "any";

  private final boolean any;
  private final Set<LdapName> subjects = new HashSet<>();
  private final Set<String> commonNames = new HashSet<>();

  /**
   * @param accepted subjects, common names, or {@link #ANY}
   * @throws InvalidNameException if a subject is malformed
   */
  public ClientSubjects(List<String> accepted) throws InvalidNameException {
    this.any = accepted.contains(ANY);
    for (String one : accepted) {
      if (one.indexOf('=') >= 0) {
        subjects.add(new LdapName(one));
      } else {
        commonNames.add(one);
      }
    }
  }

  /** The subject of the client's certificate. */
  @Override
  public @Nullable String presented(HttpServerExchange exchange) {
    RequestOrigin origin = RequestOrigin.of(exchange);
    return origin == null ? null : origin.clientSubject();
  }

  @Override
  public Verdict cachedResult(@Nullable String subject) {
    return verify(subject);
  }

  @Override
  public Verdict verify(@Nullable String subject) {
    if (subject == null) {
      return Verdict.REFUSED;
    }
    try {
      LdapName name = new LdapName(subject);
      String commonName = commonName(name);
      boolean granted =
          any
              || subjects.contains(name)
              || (commonName != null && commonNames.contains(commonName));
      return granted
          ? new Verdict(true, commonName == null ? subject : commonName)
          : Verdict.REFUSED;
    } catch (InvalidNameException malformed) {
      return Verdict.REFUSED;
    }
  }

  private static @Nullable String commonName(LdapName name) {
    for (Rdn part : name.getRdns().reversed()) {
      if (part.getType().equalsIgnoreCase("CN")) {
        return String.valueOf(part.getValue());
      }
    }
    return null;
  }

  /** Null: a client cannot send a certificate after the handshake, so the response is 403. */
  @Override
  public @Nullable String challenge() {
    return null;
  }
}
