package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import dev.millrace.uring.RingUnavailableException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RingUnavailableExceptionTest {
  @ParameterizedTest
  @CsvSource({
    Errno.EPERM + ",2,SYSCTL,kernel.io_uring_disabled=0",
    Errno.EPERM + ",1,SYSCTL,kernel.io_uring_disabled=0",
    Errno.EPERM + ",0,SECCOMP,seccomp",
    Errno.ENOSYS + ",0,NOT_IMPLEMENTED,podman",
    Errno.ENOMEM + ",0,MEMORY,ulimit -l",
    Errno.EINVAL + ",0,TOO_OLD,6.1",
    "133,0,OTHER,errno 133",
  })
  void eachCauseIsToldApartAndNamesItsCure(int errno, String sysctl, Reason reason, String cure) {
    RingUnavailableException refused = RingUnavailableException.of("io_uring_setup", errno, sysctl);
    assertEquals(reason, refused.reason());
    assertTrue(refused.getMessage().contains(cure), refused.getMessage());
    assertTrue(refused.getMessage().startsWith("io_uring_setup: "), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }
}
