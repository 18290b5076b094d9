package dev.millrace.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientsTest {
  private static final Pacing NO_PACING = new Pacing(0, 0, 0);

  private static ClientKey key(String address) throws Exception {
    return ClientKey.of(InetAddress.getByName(address));
  }

  @Test
  void anIpv6NetworkIsOneClientAndAnIpv4AddressIsOne() throws Exception {
    assertEquals(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    assertNotEquals(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    assertNotEquals(key("192.0.2.1"), key("192.0.2.2"));
    assertEquals(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    assertNotEquals(key("0.0.0.1"), key("::1"));
    assertEquals("192.0.2.1", key("192.0.2.1").toString());
    assertEquals("2001:db8:1:2:0:0:0:0/64", key("2001:db8:1:2::1").toString());
    assertNull(ClientKey.of(InetSocketAddress.createUnresolved("name", 1)));
  }

  @Test
  void credentialsAreNoAddressOfAClient() throws Exception {
    assertEquals(ClientKey.ofCredentials("Bearer a"), ClientKey.ofCredentials("Bearer a"));
    assertNotEquals(ClientKey.ofCredentials("Bearer a"), ClientKey.ofCredentials("Bearer b"));
    assertEquals("ff", ClientKey.ofCredentials("Bearer a").toString().substring(0, 2));
  }

  @Test
  void aClientIsForgottenWhenItsBucketIsFullAgain() throws Exception {
    AtomicLong now = new AtomicLong();
    Clients clients = new Clients(now::get, NO_PACING);
    Client client = clients.of(key("192.0.2.1"));
    TokenBucket bucket = client.requests(_ -> bucket("1/s"));
    assertEquals(0, bucket.take(0));
    clients.sweep();
    assertSame(client, clients.of(key("192.0.2.1")));
    now.set(1_000_000_000L);
    clients.sweep();
    assertEquals(0, clients.count());
  }

  private static TokenBucket bucket(String rate) {
    try {
      return TokenBucket.of(Rate.parse(rate), 1, 0);
    } catch (dev.millrace.config.SettingsException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void aRateIsDividedAmongConnectionsAndNeverEndsThemAsSlow() {
    Pacing both = new Pacing(1000, 3000, 512);
    assertEquals(1000, both.share(1));
    assertEquals(1000, both.share(3));
    assertEquals(600, both.share(5));
    assertEquals(512, both.share(100));
    assertEquals(3000, new Pacing(0, 3000, 512).share(1));
    assertEquals(1000, new Pacing(1000, 0, 512).share(7));
    assertEquals(0, NO_PACING.share(1));
  }

  @Test
  void theTableIsBounded() {
    Clients clients = new Clients(() -> 0, NO_PACING);
    for (int i = 0; i < Clients.MAX + 1000; i++) {
      var _ = clients.of(new ClientKey(i, false));
    }
    assertEquals(Clients.MAX, clients.count());
  }
}
