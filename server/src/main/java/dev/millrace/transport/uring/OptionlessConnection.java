package dev.millrace.transport.uring;

import org.jspecify.annotations.Nullable;
import org.xnio.Option;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** A connection of which nothing can be set: Undertow's own timers watch it. */
abstract class OptionlessConnection extends StreamConnection {
  OptionlessConnection(XnioIoThread thread) {
    super(thread);
  }

  @Override
  public final boolean supportsOption(Option<?> option) {
    return false;
  }

  @Override
  public final <T> @Nullable T getOption(Option<T> option) {
    return null;
  }

  @Override
  public final <T> @Nullable T setOption(Option<T> option, T value) {
    return null;
  }
}
