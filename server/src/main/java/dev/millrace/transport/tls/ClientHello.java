package dev.millrace.transport.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server name from a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3). JSSE restores the
 * session of a ticket before it reads the name, and needs the certificate of that name for it.
 */
final class ClientHello {
  private static final int RECORD_HEADER_BYTES = 5;
  private static final int CLIENT_HELLO = 1;
  private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
  private static final int SERVER_NAME = 0;
  private static final int HOST_NAME = 0;

  private ClientHello() {}

  /**
   * The server name in the first record of a connection.
   *
   * @param record begins with a complete record; is not changed
   * @return null if there is none, or if the message is malformed or longer than the record; the
   *     engine judges it then
   */
  static @Nullable String serverName(ByteBuffer record) {
    ByteBuffer in = record.duplicate();
    int length = in.getShort(in.position() + 3) & 0xffff;
    in.position(in.position() + RECORD_HEADER_BYTES);
    if (length > in.remaining()) {
      return null;
    }
    in.limit(in.position() + length);
    return in.remaining() < 4 || in.get() != CLIENT_HELLO ? null : ofMessage(in);
  }

  private static @Nullable String ofMessage(ByteBuffer in) {
    in.position(in.position() + 3); // the length, which may exceed the record
    if (!skip(in, VERSION_AND_RANDOM_BYTES)
        || !skipVector(in, 1) // session
        || !skipVector(in, 2) // cipher suites
        || !skipVector(in, 1) // compression methods
        || !skip(in, 2)) { // the length of the extensions
      return null;
    }
    while (in.remaining() >= 4) {
      int type = in.getShort() & 0xffff;
      int length = in.getShort() & 0xffff;
      if (length > in.remaining()) {
        return null;
      }
      if (type == SERVER_NAME) {
        return firstHost(in.slice(in.position(), length));
      }
      in.position(in.position() + length);
    }
    return null;
  }

  private static @Nullable String firstHost(ByteBuffer list) {
    if (list.remaining() < 5) {
      return null;
    }
    list.getShort(); // the length of the list
    boolean host = list.get() == HOST_NAME;
    int length = list.getShort() & 0xffff;
    if (!host || length == 0 || length > list.remaining()) {
      return null;
    }
    byte[] name = new byte[length];
    list.get(name);
    return new String(name, StandardCharsets.US_ASCII);
  }

  private static boolean skipVector(ByteBuffer in, int lengthBytes) {
    if (in.remaining() < lengthBytes) {
      return false;
    }
    return skip(in, lengthBytes == 1 ? in.get() & 0xff : in.getShort() & 0xffff);
  }

  private static boolean skip(ByteBuffer in, int bytes) {
    if (in.remaining() < bytes) {
      return false;
    }
    in.position(in.position() + bytes);
    return true;
  }
}
