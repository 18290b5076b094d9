package dev.millrace.acme;

import java.net.URL;
import java.security.KeyPair;

/**
 * An account at an authority.
 *
 * @param key signs all requests of the account
 * @param location the URL that the authority has given to the account
 * @param email its contact; empty if it has none
 */
record StoredAccount(KeyPair key, URL location, String email) {}
