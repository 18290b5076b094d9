package dev.millrace.cache;

import org.jspecify.annotations.Nullable;

/** Things in the order of their last use; each is in one such order at most. One thread only. */
final class AccessOrderList<N extends AccessOrderList.Node<N>> {
  /** A thing's place. */
  abstract static class Node<N> {
    @Nullable N newer;
    @Nullable N older;
  }

  private @Nullable N newest;
  private @Nullable N oldest;

  /** What was used longest ago, or null if there is nothing. */
  @Nullable N oldest() {
    return oldest;
  }

  void add(N node) {
    N before = newest;
    node.older = before;
    node.newer = null;
    if (before != null) {
      before.newer = node;
    }
    newest = node;
    if (oldest == null) {
      oldest = node;
    }
  }

  void remove(N node) {
    N younger = node.newer;
    N elder = node.older;
    if (younger == null) {
      newest = elder;
    } else {
      younger.older = elder;
    }
    if (elder == null) {
      oldest = younger;
    } else {
      elder.newer = younger;
    }
  }

  /** It is being used. */
  void touch(N node) {
    if (node.newer != null) {
      remove(node);
      add(node);
    }
  }
}
