package dev.millrace.http.hpack;

import java.util.Arrays;

/**
 * The Huffman code of HPACK (RFC 7541 Appendix B), decoded by a state machine that takes four bits
 * a step. No code is shorter than five bits, so a step completes at most one octet.
 */
final class Huffman {
  /**
   * The lengths of the codes of the octets and of EOS: A is 5 bits, Z is 30. The code is canonical:
   * codes of equal length are consecutive, in the order of their octets.
   */
  private static final String LENGTHS =
      "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF"
          + "IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIX"
          + "PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
          + "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV"
          + "Z";

  private static final int MIN_BITS = 5;
  private static final int EOS = 256;
  private static final int NODES = 256;
  private static final int STEP_BITS = 4;

  /** Longest padding: less than an octet, and the beginning of EOS, which is all ones (§5.2). */
  private static final int MAX_PADDING_BITS = 7;

  // A step: the next node in the lowest eight bits, the octet in the next eight, and two flags.
  private static final int OCTET = 1 << 16;
  private static final int INVALID = 1 << 17;

  private static final int[] STEPS = new int[NODES << STEP_BITS];

  /** Whether a string may end at a node: what follows its last octet is padding. */
  private static final boolean[] ENDS = new boolean[NODES];

  static {
    int[][] children = tree();
    for (int node = 0; node < NODES; node++) {
      for (int bits = 0; bits < 1 << STEP_BITS; bits++) {
        STEPS[node << STEP_BITS | bits] = step(children, node, bits);
      }
    }
    int node = 0;
    for (int depth = 0; depth <= MAX_PADDING_BITS; depth++) {
      ENDS[node] = true;
      node = children[node][1];
    }
  }

  private Huffman() {}

  /** The tree: for each node its two children, or the complement of a symbol. */
  private static int[][] tree() {
    int[][] children = new int[NODES][2];
    int nodes = 1;
    int code = 0;
    int length = 0;
    int[] symbols = symbolsByLength();
    for (int symbol : symbols) {
      int bits = bits(symbol);
      code <<= bits - length;
      length = bits;
      int node = 0;
      for (int bit = bits - 1; bit > 0; bit--) {
        int side = (code >>> bit) & 1;
        if (children[node][side] == 0) {
          children[node][side] = nodes++;
        }
        node = children[node][side];
      }
      children[node][code & 1] = ~symbol;
      code++;
    }
    return children;
  }

  private static int bits(int symbol) {
    return LENGTHS.charAt(symbol) - 'A' + MIN_BITS;
  }

  private static int[] symbolsByLength() {
    Integer[] symbols = new Integer[EOS + 1];
    Arrays.setAll(symbols, i -> i);
    Arrays.sort(symbols, (a, b) -> Integer.compare(bits(a), bits(b))); // stable
    return Arrays.stream(symbols).mapToInt(Integer::intValue).toArray();
  }

  private static int step(int[][] children, int from, int bits) {
    int node = from;
    int octet = 0;
    for (int bit = STEP_BITS - 1; bit >= 0; bit--) {
      int next = children[node][(bits >>> bit) & 1];
      if (next < 0) {
        int symbol = ~next;
        if (symbol == EOS) {
          return INVALID;
        }
        octet = OCTET | symbol << Byte.SIZE;
        next = 0;
      }
      node = next;
    }
    return octet | node;
  }

  /**
   * Decodes a string.
   *
   * @param into has room for {@link #maxBytes} from {@code at}
   * @return the index after the last decoded octet; -1 if the string is invalid
   */
  static int decode(byte[] bytes, int from, int to, byte[] into, int at) {
    int node = 0;
    int end = at;
    for (int i = from; i < to; i++) {
      int octet = bytes[i] & 0xff;
      int high = STEPS[node << STEP_BITS | octet >>> STEP_BITS];
      if ((high & OCTET) != 0) {
        into[end++] = (byte) (high >>> Byte.SIZE);
      }
      int low = STEPS[(high & 0xff) << STEP_BITS | (octet & 0xf)];
      if ((low & OCTET) != 0) {
        into[end++] = (byte) (low >>> Byte.SIZE);
      }
      if (((high | low) & INVALID) != 0) {
        return -1;
      }
      node = low & 0xff;
    }
    return ENDS[node] ? end : -1;
  }

  /** Maximum number of octets that so many encoded ones decode to. */
  static int maxBytes(int encoded) {
    return encoded * Byte.SIZE / MIN_BITS + 1;
  }
}
