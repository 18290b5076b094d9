package dev.millrace.transport.uring;

import org.jspecify.annotations.Nullable;
import org.xnio.Option;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** A connection without socket options: Undertow's timers watch idle connections instead. */
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
