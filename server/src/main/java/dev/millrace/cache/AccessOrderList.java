package dev.millrace.cache;

import org.jspecify.annotations.Nullable;

/** An intrusive list of nodes in the order of their last use. A node is in one list at most. */
final class AccessOrderList<N extends AccessOrderList.Node<N>> {
  abstract static class Node<N> {
    @Nullable N newer;
    @Nullable N older;
  }

  private @Nullable N newest;
  private @Nullable N oldest;

  /** The least recently used node, or null if the list is empty. */
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

  /** Makes a node the most recently used one. */
  void touch(N node) {
    if (node.newer != null) {
      remove(node);
      add(node);
    }
  }
}
