package dev.millrace.content.write;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The requests that use the files of resumable uploads: one at a time. A new request ends the one
 * before, whose client has most likely lost its connection. Any thread.
 */
final class ActiveUploads {
  private static final class Active {
    Runnable end;
    final List<Runnable> waiting = new ArrayList<>();

    Active(Runnable end) {
      this.end = end;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Active> byToken = new HashMap<>();

  /**
   * Begins a request, unless another one is active: then ends that.
   *
   * @param end ends the request that begins; runs on any thread, before or after its end
   * @param again runs on any thread when the other request has left
   * @return whether the request has begun
   */
  boolean enter(String token, Runnable end, Runnable again) {
    Runnable endOther;
    lock.lock();
    try {
      Active other = byToken.get(token);
      if (other == null) {
        byToken.put(token, new Active(end));
        return true;
      }
      other.waiting.add(again);
      endOther = other.end;
    } finally {
      lock.unlock();
    }
    endOther.run();
    return false;
  }

  /** Sets what ends a request that has begun. */
  void ends(String token, Runnable end) {
    lock.lock();
    try {
      Active active = byToken.get(token);
      if (active != null) {
        active.end = end;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a request that has begun: it uses the file no more. */
  void leave(String token) {
    Active left;
    lock.lock();
    try {
      left = byToken.remove(token);
    } finally {
      lock.unlock();
    }
    if (left != null) {
      left.waiting.forEach(Runnable::run);
    }
  }
}
