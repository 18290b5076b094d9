package dev.millrace.io.benchmarks;

import dev.millrace.blocking.RingServerSocket;
import dev.millrace.blocking.RingSocket;
import dev.millrace.loop.EventLoop;
import dev.millrace.loop.LoopThread;
import dev.millrace.net.Sockets;
import dev.millrace.uring.IoUring;
import dev.millrace.uring.RingConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Servers that send back messages of 64 bytes, each in a process of its own. Argument: which. */
final class EchoServers {
  static final int MESSAGE_BYTES = 64;
  private static final int BACKLOG = 128;

  private EchoServers() {}

  public static void main(String... arguments) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    switch (arguments[0]) {
      case "millrace" -> millrace(any);
      case "millrace-loop" -> millraceLoop(any);
      case "jdk" -> jdk(any);
      case "netty" -> netty(any);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void listens(int port) {
    System.out.println(port);
  }

  private static void millrace(InetSocketAddress address) throws Exception {
    try (LoopThread loop = LoopThread.start("loop");
        RingServerSocket server = RingServerSocket.listen(loop.loop(), address, BACKLOG)) {
      listens(((InetSocketAddress) server.address()).getPort());
      while (true) {
        RingSocket connection = server.accept();
        Thread.ofVirtual().start(() -> echo(connection));
      }
    }
  }

  private static void millraceLoop(InetSocketAddress address) throws Exception {
    int listening = Sockets.listen(address, BACKLOG);
    listens(((InetSocketAddress) Sockets.localAddress(listening)).getPort());
    EventLoop loop =
        new EventLoop(IoUring.open(RingConfig.DEFAULT), Throwable::printStackTrace, false);
    loop.attach();
    LoopEcho.accept(loop, listening);
    loop.run();
  }

  private static void echo(RingSocket connection) {
    byte[] message = new byte[MESSAGE_BYTES];
    try (connection) {
      while (true) {
        connection.reader().readSliceAll(message);
        connection.writer().writeAll(message);
        connection.writer().flush();
      }
    } catch (IOException ended) {
      // the client has closed
    }
  }

  private static void jdk(InetSocketAddress address) throws Exception {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(address, BACKLOG);
      listens(server.getLocalPort());
      while (true) {
        Socket connection = server.accept();
        connection.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> echo(connection));
      }
    }
  }

  private static void echo(Socket connection) {
    byte[] message = new byte[MESSAGE_BYTES];
    try (connection) {
      InputStream in = connection.getInputStream();
      while (in.readNBytes(message, 0, MESSAGE_BYTES) == MESSAGE_BYTES) {
        connection.getOutputStream().write(message);
      }
    } catch (IOException ended) {
      // the client has closed
    }
  }

  private static void netty(InetSocketAddress address) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
    var channel =
        new ServerBootstrap()
            .group(group)
            .channel(IoUringServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    connection.pipeline().addLast(new Echo());
                  }
                })
            .bind(address)
            .sync()
            .channel();
    listens(((InetSocketAddress) channel.localAddress()).getPort());
    channel.closeFuture().sync();
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var _ = context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
