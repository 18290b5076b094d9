package dev.millrace.loop;

import dev.millrace.uring.OpKind;
import dev.millrace.uring.Ring;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The loop as it runs on kernels before 6.7, which have no futex wait. */
class EventLoopOnEventfdTest extends EventLoopTest {
  @Override
  Ring ring() throws Exception {
    Ring kernel = super.ring();
    return (Ring)
        Proxy.newProxyInstance(
            Ring.class.getClassLoader(),
            new Class<?>[] {Ring.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("features")) {
                return kernel.features().without(OpKind.FUTEX_WAIT, OpKind.FUTEX_WAKE);
              }
              try {
                return method.invoke(kernel, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  @Override
  OpKind waitKind() {
    return OpKind.READ;
  }
}
