package dev.millrace.transport;

import java.net.SocketAddress;
import java.util.List;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * The sockets that listen on one address.
 *
 * @param sockets empty if the socket of another address accepts for this one too
 * @param address with the port that the kernel chose if port 0 was requested
 */
public record ListeningSockets(
    List<AcceptingChannel<StreamConnection>> sockets, SocketAddress address) {}
