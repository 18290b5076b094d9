package dev.millrace.acme;

import java.io.IOException;
import java.net.URI;
import java.security.KeyPair;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** The account that orders certificates: stored, or registered when it is first needed. */
final class Account {
  private static final URI DOES_NOT_EXIST =
      URI.create("urn:ietf:params:acme:error:accountDoesNotExist");

  private final AcmeSettings settings;
  private final AcmeStore store;

  Account(AcmeSettings settings, AcmeStore store) {
    this.settings = settings;
    this.store = store;
  }

  /** The stored account; registers one if there is none. */
  Login login(Authority authority) throws AcmeException, AcmeFailure, IOException {
    StoredAccount stored = store.account();
    if (stored == null) {
      return register(authority, Keys.generate());
    }
    Login login = authority.session().login(stored.location(), stored.key());
    return stored.email().equals(email()) ? login : changeContact(login);
  }

  /** Registers a key, which the authority may know already, and stores the account. */
  Login register(Authority authority, KeyPair key) throws AcmeException, AcmeFailure, IOException {
    AccountBuilder account = new AccountBuilder().useKeyPair(key);
    @Nullable URI terms = authority.session().getMetadata().getTermsOfService().orElse(null);
    if (settings.agreesToTerms()) {
      account.agreeToTermsOfService();
    } else if (terms != null) {
      throw new AcmeFailure(
          AcmeSettings.AGREE_TOS
              + " must be on: the authority requires that you agree to its terms of service, "
              + terms);
    }
    if (!email().isEmpty()) {
      account.addEmail(email());
    }
    Login login = account.createLogin(authority.session());
    store.save(new StoredAccount(key, login.getAccountLocation(), email()));
    return login;
  }

  /** Whether the authority has no account at the stored location, as after a loss of its data. */
  static boolean isUnknown(AcmeServerException refusal) {
    return refusal.getType().equals(DOES_NOT_EXIST);
  }

  private Login changeContact(Login login) throws AcmeException, IOException {
    var change = login.getAccount().modify();
    change.getContacts().clear();
    if (!email().isEmpty()) {
      change.addEmail(email());
    }
    change.commit();
    store.save(new StoredAccount(login.getKeyPair(), login.getAccountLocation(), email()));
    return login;
  }

  private String email() {
    String email = settings.email();
    return email == null ? "" : email;
  }
}
