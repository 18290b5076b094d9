package dev.millrace.simulation;

import java.io.IOException;

/** A client's end of a connection; nothing waits. */
interface Pipe {
  /** Sends bytes; returns how many were taken. */
  int write(byte[] bytes, int from, int to) throws IOException;

  /** Receives bytes; returns how many, 0 if there are none now, -1 at the end of the stream. */
  int read(byte[] into, int max) throws IOException;

  /** Ends the stream to the server. */
  void end() throws IOException;

  /** Closes; unread bytes reset the connection. */
  void close();
}
