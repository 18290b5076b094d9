package dev.millrace.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A static server on Netty 4.2's io_uring transport: files up to 64 KiB kept in memory for a
 * second, longer ones as file regions. No ranges, no conditions, no listing.
 */
public final class NettyPeer {
  private static final int KEPT_BYTES = 64 << 10;
  private static final long KEPT_NANOS = 1_000_000_000L;

  private NettyPeer() {}

  /** Arguments: ROOT PORT. */
  public static void main(String[] arguments) throws InterruptedException {
    Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
    new ServerBootstrap()
        .group(loop)
        .channel(IoUringServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(new HttpServerCodec(), new FileHandler(root));
              }
            })
        .bind("127.0.0.1", Integer.parseInt(arguments[1]))
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }

  private record Kept(ByteBuf content, long sinceNanos) {}

  private static final class FileHandler extends SimpleChannelInboundHandler<HttpRequest> {
    /** One event loop, so one thread. */
    private static final Map<String, Kept> KEPT = new HashMap<>();

    private final Path root;

    FileHandler(Path root) {
      this.root = root;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpRequest request)
        throws IOException {
      String target = request.uri();
      Kept kept = KEPT.get(target);
      if (kept != null && System.nanoTime() - kept.sinceNanos < KEPT_NANOS) {
        sendKept(context, request, kept.content);
        return;
      }
      Path file = root.resolve(target.substring(1)).normalize();
      if (!file.startsWith(root) || !Files.isRegularFile(file)) {
        FullHttpResponse missing =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND);
        HttpUtil.setContentLength(missing, 0);
        end(request, context.writeAndFlush(missing));
      } else if (Files.size(file) <= KEPT_BYTES) {
        ByteBuf content = Unpooled.directBuffer().writeBytes(Files.readAllBytes(file));
        KEPT.put(target, new Kept(content, System.nanoTime()));
        sendKept(context, request, content);
      } else {
        sendRegion(context, request, file);
      }
    }

    private static void sendKept(ChannelHandlerContext context, HttpRequest request, ByteBuf body) {
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body.retainedDuplicate());
      HttpUtil.setContentLength(response, body.readableBytes());
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
      end(request, context.writeAndFlush(response));
    }

    private static void sendRegion(ChannelHandlerContext context, HttpRequest request, Path file)
        throws IOException {
      long length = Files.size(file);
      HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      HttpUtil.setContentLength(response, length);
      response
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM);
      var _ = context.write(response);
      var _ = context.write(new DefaultFileRegion(file.toFile(), 0, length));
      end(request, context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    private static void end(HttpRequest request, ChannelFuture sent) {
      if (!HttpUtil.isKeepAlive(request)) {
        sent.addListener(ChannelFutureListener.CLOSE);
      }
    }
  }
}
