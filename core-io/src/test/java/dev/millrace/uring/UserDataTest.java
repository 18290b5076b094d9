package dev.millrace.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class UserDataTest {
  @Test
  void everyPartComesBack() {
    for (int slot : new int[] {0, 1, 255, 65_536, UserData.MAX_SLOTS - 1}) {
      for (int generation : new int[] {0, 1, 0x800000, UserData.GENERATION_MASK}) {
        for (OpKind kind : OpKind.values()) {
          long value = UserData.of(UserData.handle(slot, generation), kind, 15);
          assertEquals(slot, UserData.slot(value));
          assertEquals(generation, UserData.generation(value));
          assertEquals(kind, OpKind.of(UserData.kind(value)));
          assertEquals(15, UserData.tag(value));
        }
      }
    }
  }

  @Test
  void generationsOfOneSlotDiffer() {
    assertNotEquals(UserData.handle(7, 1), UserData.handle(7, 2));
  }
}
