package dev.millrace.transport;

import java.net.InetSocketAddress;
import java.util.List;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * Sockets that listen on an address.
 *
 * @param sockets empty if a socket that another address opened accepts for this one too
 * @param address with the port that was picked
 */
public record ListeningSockets(
    List<AcceptingChannel<StreamConnection>> sockets, InetSocketAddress address) {}
