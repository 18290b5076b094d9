package dev.millrace.uring;

import static dev.millrace.uring.PollEvents.POLLIN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sync.Errno;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Operations on sockets. The whole contract: implementations inherit this one. */
abstract class RingSocketContract extends RingFileContract {

  @Test
  void bytesGoFromEndToEnd() throws Exception {
    int[] pair = pair();
    MemorySegment into = arena.allocate(64);
    long receive = data();
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    assertEquals(5, send(pair[0], "bytes"));
    assertEquals(5, await(receive).result());
    assertEquals("bytes", text(into, 5));
    closeFile(pair[0]);
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    assertEquals(0, await(receive).result(), "the end of the stream");
    closeFile(pair[1]);
  }

  @Test
  void connectingToNobodyIsRefused() throws Exception {
    int listener = world.listen();
    int port = world.port(listener);
    closeFile(listener);
    int client = world.socket();
    long data = data();
    ring.prepConnect(client, loopback(port).address(), 16, data);
    assertEquals(-Errno.ECONNREFUSED, await(data).result());
    closeFile(client);
  }

  @Test
  void aZeroCopySendTellsWhenItsMemoryIsFree() throws Exception {
    int[] pair = pair();
    MemorySegment bytes = bytes("no copy");
    long data = data();
    ring.prepSendZeroCopy(pair[0], bytes.address(), 7, 0x4000, data);
    Completion sent = await(data);
    assertEquals(7, sent.result());
    assertTrue(sent.more(), "a notification follows");
    assertFalse(Ring.isNotification(sent.flags()));
    long receive = data();
    MemorySegment into = arena.allocate(64);
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    assertEquals(7, await(receive).result());
    assertEquals("no copy", text(into, 7));
    Completion free = await(data);
    assertTrue(Ring.isNotification(free.flags()));
    assertFalse(free.more());
    assertFalse(Ring.wasCopied(free.result()), "nobody asked");
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void aZeroCopySendSaysWhetherItWasCopiedIfItIsAsked() throws Exception {
    int[] pair = pair();
    MemorySegment bytes = bytes("copied?");
    MemorySegment into = arena.allocate(64);
    boolean copied = false;
    for (int i = 0; i < 50 && !copied; i++) { // a kernel says so at once, a simulated one at random
      long data = data();
      ring.prepSendZeroCopy(pair[0], bytes.address(), 7, 0x4000, data);
      ring.reportCopies();
      assertEquals(7, await(data).result());
      long receive = data();
      ring.prepRecv(pair[1], into.address(), 64, 0, receive);
      assertEquals(7, await(receive).result());
      Completion free = await(data);
      assertTrue(Ring.isNotification(free.flags()));
      copied = Ring.wasCopied(free.result());
    }
    assertTrue(copied, "to a receiver on this machine");
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void aReceiveTakesOneProvidedBufferAndEnds() throws Exception {
    int[] pair = pair();
    BufferRing buffers = ring.provideBuffers(2, 4, 3);
    long receive = data();
    ring.prepRecvProvided(pair[1], 3, receive);
    assertEquals(6, send(pair[0], "012345"));
    Completion first = await(receive);
    assertEquals(4, first.result());
    assertFalse(first.more(), "once");
    assertEquals(
        "0123", text(buffers.memory().asSlice(buffers.offset(Ring.bufferId(first.flags()))), 4));
    buffers.taken();
    assertEquals(1, buffers.free());
    ring.prepRecvProvided(pair[1], 3, receive);
    assertEquals(2, await(receive).result());
    buffers.taken();
    ring.prepRecvProvided(pair[1], 3, receive);
    assertEquals(1, send(pair[0], "6"));
    Completion out = await(receive);
    assertEquals(-Errno.ENOBUFS, out.result());
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void aMultishotReceiveFillsProvidedBuffersUntilThereAreNoMore() throws Exception {
    int[] pair = pair();
    BufferRing buffers = ring.provideBuffers(2, 4, 3);
    long receive = data();
    ring.prepRecvMultishot(pair[1], 3, receive);
    assertEquals(10, send(pair[0], "0123456789"));
    Completion first = await(receive);
    Completion second = await(receive);
    assertEquals(4, first.result());
    assertTrue(first.more());
    assertEquals(
        "0123", text(buffers.memory().asSlice(buffers.offset(Ring.bufferId(first.flags()))), 4));
    assertEquals(
        "4567", text(buffers.memory().asSlice(buffers.offset(Ring.bufferId(second.flags()))), 4));
    buffers.taken();
    buffers.taken();
    assertEquals(0, buffers.free());
    Completion out = await(receive);
    assertEquals(-Errno.ENOBUFS, out.result());
    assertFalse(out.more(), "ends, to be armed again");
    assertEquals(-1, Ring.bufferId(out.flags()));
    buffers.recycle(Ring.bufferId(first.flags()));
    buffers.recycle(Ring.bufferId(second.flags()));
    ring.prepRecvMultishot(pair[1], 3, receive);
    Completion rest = await(receive);
    assertEquals(2, rest.result());
    assertEquals(
        "89", text(buffers.memory().asSlice(buffers.offset(Ring.bufferId(rest.flags()))), 2));
    closeFile(pair[0]);
    Completion end = await(receive);
    assertEquals(0, end.result());
    assertFalse(end.more());
    closeFile(pair[1]);
  }

  @Test
  void aWaitingReceiveIsCancelled() throws Exception {
    int[] pair = pair();
    MemorySegment into = arena.allocate(64);
    long receive = data();
    long cancel = data();
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    assertEquals(0, pending(receive));
    ring.prepCancel(receive, cancel);
    assertEquals(0, await(cancel).result());
    assertEquals(-Errno.ECANCELED, await(receive).result());
    ring.provideBuffers(2, 4, 3);
    ring.prepRecvMultishot(pair[1], 3, receive);
    assertEquals(0, pending(receive));
    ring.prepCancelDescriptor(pair[1], cancel);
    assertEquals(1, await(cancel).result());
    Completion last = await(receive);
    assertEquals(-Errno.ECANCELED, last.result());
    assertFalse(last.more());
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void closingADescriptorCancelsNothing() throws Exception {
    int[] pair = pair();
    MemorySegment into = arena.allocate(64);
    long receive = data();
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    assertEquals(0, pending(receive));
    closeFile(pair[1]);
    assertEquals(0, pending(receive));
    assertEquals(4, send(pair[0], "late"));
    assertEquals(4, await(receive).result(), "the operation still held the socket");
    assertEquals("late", text(into, 4));
    closeFile(pair[0]);
  }

  @Test
  void aPollTellsOfEvents() throws Exception {
    int[] pair = pair();
    long once = data();
    long always = data();
    ring.prepPoll(pair[1], POLLIN, once);
    ring.prepPollMultishot(pair[1], POLLIN, always);
    assertEquals(0, pending(once));
    assertEquals(1, send(pair[0], "x"));
    Completion told = await(once);
    assertEquals(POLLIN, told.result() & POLLIN);
    assertFalse(told.more());
    Completion first = await(always);
    assertEquals(POLLIN, first.result() & POLLIN);
    assertTrue(first.more());
    assertEquals(1, send(pair[0], "y"));
    assertTrue(await(always).more());
    long cancel = data();
    ring.prepCancel(always, cancel);
    assertEquals(0, await(cancel).result());
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void aLinkTimeoutBoundsAnOperation() throws Exception {
    int[] pair = pair();
    MemorySegment into = arena.allocate(64);
    long receive = data();
    long bound = data();
    ring.reserve(2);
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    ring.linkNext();
    ring.prepLinkTimeout(5_000_000L, bound);
    assertEquals(-Errno.ECANCELED, await(receive).result());
    assertEquals(-Errno.ETIME, await(bound).result());
    ring.reserve(2);
    ring.prepRecv(pair[1], into.address(), 64, 0, receive);
    ring.linkNext();
    ring.prepLinkTimeout(60_000_000_000L, bound);
    assertEquals(2, send(pair[0], "in"));
    assertEquals(2, await(receive).result());
    assertEquals(-Errno.ECANCELED, await(bound).result());
    closeFile(pair[0]);
    closeFile(pair[1]);
  }

  @Test
  void sendingIntoABrokenConnectionFails() throws Exception {
    int[] pair = pair();
    closeFile(pair[1]);
    int result = send(pair[0], "x");
    for (int i = 0; i < 100 && result > 0; i++) {
      assertEquals(0, pending(-1));
      result = send(pair[0], "x");
    }
    assertTrue(result == -Errno.EPIPE || result == -Errno.ECONNRESET, "send gave " + result);
    closeFile(pair[0]);
  }

  @Test
  void whatIsNoSocketIsToldSo() throws Exception {
    int fd = openFile("f", O_RDWR_CREAT);
    assertEquals(-Errno.ENOTSOCK, send(fd, "x"));
    closeFile(fd);
  }

  @Test
  void aSingleAcceptLeavesTheNextConnectionInTheBacklog() throws Exception {
    int listener = world.listen();
    int[] clients = {world.socket(), world.socket()};
    for (int client : clients) {
      long connect = data();
      ring.prepConnect(client, loopback(world.port(listener)).address(), 16, connect);
      assertEquals(0, await(connect).result());
    }
    for (int client : clients) {
      long accept = data();
      ring.prepAccept(listener, 0x80000, accept);
      Completion accepted = await(accept);
      assertTrue(accepted.result() > 0, "accept gave " + accepted);
      assertFalse(accepted.more(), "it accepts one connection");
      assertEquals(1, send(client, "x"));
      long receive = data();
      MemorySegment into = arena.allocate(1);
      ring.prepRecv(accepted.result(), into.address(), 1, 0, receive);
      assertEquals(1, await(receive).result(), "connections are accepted in their order");
      closeFile(accepted.result());
      closeFile(client);
    }
    closeFile(listener);
  }
}
