package dev.millrace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AccessOrderListTest {
  private static final class Thing extends AccessOrderList.Node<Thing> {}

  @Test
  void oldestMatchesAReferenceList() {
    AccessOrderList<Thing> order = new AccessOrderList<>();
    List<Thing> expected = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      switch (expected.isEmpty() ? 0 : random.nextInt(3)) {
        case 0 -> {
          Thing thing = new Thing();
          order.add(thing);
          expected.add(thing);
        }
        case 1 -> {
          Thing thing = expected.remove(random.nextInt(expected.size()));
          order.touch(thing);
          expected.add(thing);
        }
        default -> order.remove(expected.remove(random.nextInt(expected.size())));
      }
      if (expected.isEmpty()) {
        assertNull(order.oldest());
      } else {
        assertSame(expected.getFirst(), order.oldest());
      }
    }
    int left = 0;
    for (Thing thing = order.oldest(); thing != null; thing = order.oldest()) {
      order.remove(thing);
      left++;
    }
    assertEquals(expected.size(), left);
  }
}
