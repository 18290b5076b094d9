package dev.millrace.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.SettingsException;
import dev.millrace.config.SettingsLoader;
import dev.millrace.server.ServerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitSettingsTest {
  @TempDir Path directory;

  private LimitSettings load(String yaml) throws Exception {
    Path file = Files.writeString(directory.resolve("m.yaml"), yaml);
    return ServerSettings.load(new SettingsLoader.Flags(Map.of(), file), Map.of()).limits();
  }

  @Test
  void withoutSettingsNothingIsCheckedPerRequest() throws Exception {
    LimitSettings limits = load("{}");
    assertEquals(LimitSettings.AUTO, limits.connections());
    assertEquals(LimitSettings.AUTO, limits.connectionsPerClient());
    assertEquals(256, limits.minSendBytes());
    assertEquals(0, limits.maxSendBytes());
    assertTrue(!limits.checksRequests());
  }

  @Test
  void theBurstIsThatOfASecondUnlessSet() throws Exception {
    assertEquals(50, load("max-request-rate: 50/s").requestBurst());
    assertEquals(1, load("max-request-rate: 30/m").requestBurst());
    assertEquals(7, load("max-request-rate: 30/m\nmax-request-burst: 7").requestBurst());
  }

  @Test
  void rulesHaveListsOrSingleItems() throws Exception {
    LimitSettings limits =
        load(
            """
            request-rules:
              - {user-agent: [GPTBot, CCBot], action: deny}
              - {match: "/api/**", address: 10.0.0.0/8, action: allow}
              - {match: ["*.iso", "*.img"], action: limit, rate: 2/m, burst: 4, per: credentials}
            """);
    assertEquals(3, limits.rules().size());
    assertEquals(
        new RequestRule.Slow(new Rate(2, 60_000_000_000L), 4, null, 0, RequestRule.Per.CREDENTIALS),
        limits.rules().get(2).action());
  }

  @Test
  void aRuleMayLimitBytesInsteadOfRequests() throws Exception {
    LimitSettings limits =
        load(
            """
            request-rules:
              - {match: /a, action: limit, bytes: 10MiB/s}
              - {match: /b, action: limit, bytes: 100GiB/h, bytes-burst: 300GiB, rate: 1/s}
            """);
    long second = 1_000_000_000L;
    assertEquals(
        new RequestRule.Slow(
            null, 0, new ByteRate(10 << 20, second), 10 << 20, RequestRule.Per.CLIENT),
        limits.rules().get(0).action());
    assertEquals(
        new RequestRule.Slow(
            new Rate(1, second),
            1,
            new ByteRate(100L << 30, 3600 * second),
            300L << 30,
            RequestRule.Per.CLIENT),
        limits.rules().get(1).action());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max-connections: 0                        | max-connections: '0' is not a number from 1 to 16777216
          max-connections: -5                       | is not a number from 1
          max-connections: 99999999999              | is not a number from 1
          max-connections: many                     | and not auto
          max-connections-per-client: 0             | and not auto, off
          max-requests-per-connection: 0            | and not off
          max-connection-age: 0s                    | is not a time; off is no limit
          max-connection-age: 5                     | is not a number and ms, s, m or h
          max-request-rate: 0/s                     | max-request-rate: '0/s' is not a number from 1
          max-request-rate: 10                      | as in 10/s
          max-request-burst: 5                      | max-request-burst: requires max-request-rate
          min-send-rate: 0                          | is not a number of bytes
          max-send-rate: 300                        | must be at least twice min-send-rate, 256
          max-send-rate-per-client: 300             | max-send-rate-per-client: must be at least twice min-send-rate
          request-rules: [{action: deny}]           | request-rules[0]: requires match, user-agent or address
          request-rules: [{match: /a}]              | request-rules[0]: 'action' is missing
          request-rules: [{match: "", action: deny}] | an empty pattern matches nothing
          request-rules: [{match: /a, action: ban}] | 'ban' is not one of allow, deny, limit
          request-rules: [{match: /a, action: limit}] | request-rules[0]: action: limit requires rate or bytes
          request-rules: [{match: /a, action: deny, rate: 1/s}] | 'rate' requires action: limit
          request-rules: [{match: /a, action: deny, bytes: 1/s}] | 'bytes' requires action: limit
          request-rules: [{match: /a, action: limit, bytes: 1MiB/s, burst: 2}] | 'burst' requires rate
          request-rules: [{match: /a, action: limit, rate: 1/s, bytes-burst: 2}] | 'bytes-burst' requires bytes
          request-rules: [{match: /a, action: limit, bytes: 1MiB}] | is not a size and /s, /m or /h, as in 10GiB/h
          request-rules: [{match: /a, action: limit, bytes: 0/s}] | is not a number of bytes, KiB, MiB or GiB from 1
          request-rules: [{match: /a, action: limit, rate: 1/s, burst: 0}] | is not a number from 1
          request-rules: [{match: /a, action: limit, rate: 1/s, per: user}] | is not one of client, credentials, rule
          request-rules: [{address: 10.0.0.0/40, action: deny}] | is not an address or a block
          request-rules: [{user-agent: " ", action: deny}] | a part of a name is expected
          request-rules: [{agent: x, action: deny}] | unknown key 'agent'
          request-rules: [{match: /a, action: deny}, {match: /a, action: allow}] | request-rules[1]: never matches, because request-rules[0] matches first
          request-rules: [{match: "/**", action: allow}, {match: /a, user-agent: x, action: deny}] | request-rules[1]: never matches
          request-rules: [{user-agent: [x, y], action: deny}, {user-agent: y, match: /a, action: deny}] | request-rules[1]: never matches
          """)
  void wrongValuesAreRefusedWithTheirPlace(String yaml, String message) {
    SettingsException wrong = assertThrows(SettingsException.class, () -> load(yaml));
    String text = String.valueOf(wrong.getMessage());
    assertTrue(text.contains(message), text);
  }
}
