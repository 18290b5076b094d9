package dev.millrace.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BasicPasswordsTest {
  private static String hash(int cost, String password) {
    return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(cost, password.toCharArray());
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void unknownNamesAreHashedAtTheMostCommonCost() {
    for (int cost : new int[] {5, 10}) {
      BasicPasswords passwords = new BasicPasswords("r", Map.of("ada", hash(cost, "right")));
      String compared = passwords.comparedHash("eve");
      assertTrue(BasicPasswords.isBcrypt(compared), compared);
      assertEquals(passwords.comparedHash("ada").substring(4, 6), compared.substring(4, 6));
      assertFalse(passwords.verify(basic("eve:right")).granted());
    }
    BasicPasswords mixed =
        new BasicPasswords("r", Map.of("a", hash(4, "p"), "b", hash(6, "p"), "c", hash(6, "q")));
    assertEquals("06", mixed.comparedHash("eve").substring(4, 6));
    assertTrue(mixed.verify(basic("a:p")).granted());
    assertTrue(mixed.verify(basic("b:p")).granted());
  }

  @Test
  void onlyBcryptCosts4To17AreAccepted() {
    String rest = hash(4, "p").substring(6);
    assertFalse(BasicPasswords.isBcrypt("$2y$03" + rest));
    assertTrue(BasicPasswords.isBcrypt("$2y$04" + rest));
    assertTrue(BasicPasswords.isBcrypt("$2b$17" + rest));
    assertFalse(BasicPasswords.isBcrypt("$2y$18" + rest));
    assertFalse(BasicPasswords.isBcrypt("$2y$99" + rest));
  }

  @Test
  void all72BytesCountAndLongerPasswordsAreRejected() {
    String longest = "x".repeat(71) + "y";
    BasicPasswords passwords = new BasicPasswords("r", Map.of("ada", hash(4, longest)));
    assertEquals("ada", passwords.verify(basic("ada:" + longest)).user());
    assertFalse(passwords.verify(basic("ada:" + "x".repeat(72))).granted());
    assertFalse(passwords.verify(basic("ada:" + longest + "z")).granted());
  }
}
