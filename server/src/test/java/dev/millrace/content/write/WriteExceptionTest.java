package dev.millrace.content.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriteExceptionTest {
  @Test
  void aFailedCallHasTheStatusOfItsReason() {
    Map<Integer, Integer> statuses =
        Map.of(
            Errno.ENOSPC, 507,
            Errno.E2BIG, 507,
            Errno.EROFS, 403,
            Errno.EXDEV, 409,
            Errno.EEXIST, 409,
            Errno.EBUSY, 409,
            Errno.ENOTEMPTY, 409,
            Errno.EMFILE, 503,
            Errno.ENAMETOOLONG, 400,
            Errno.EIO, 500);
    statuses.forEach((errno, status) ->
        assertEquals(
            status, WriteException.of(new ErrnoException("call", errno)).status(), "" + errno));
  }
}
