package dev.millrace.sync.jcstress;

import static dev.millrace.sync.MemoryOrder.ACQUIRE;
import static dev.millrace.sync.MemoryOrder.ACQ_REL;
import static dev.millrace.sync.MemoryOrder.MONOTONIC;
import static dev.millrace.sync.MemoryOrder.RELEASE;
import static dev.millrace.sync.MemoryOrder.SEQ_CST;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.millrace.sync.AtomicLongWord;
import dev.millrace.sync.AtomicWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** {@link AtomicWord} and {@link AtomicLongWord}, order by order. */
public final class AtomicWordStress {
  private AtomicWordStress() {}

  /** RELEASE and ACQUIRE pass a message. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 42", "1, 42"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "flag seen but message not visible")
  @State
  public static class ReleaseAcquire {
    private final AtomicWord flag = new AtomicWord(0);
    private int message;

    @Actor
    public void sender() {
      message = 42;
      flag.store(1, RELEASE);
    }

    @Actor
    public void receiver(II_Result r) {
      r.r1 = flag.load(ACQUIRE);
      r.r2 = message;
    }
  }

  /** A read-modify-write releases and acquires too. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 42", "1, 42"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "flag seen but message not visible")
  @State
  public static class ReadModifyWrite {
    private final AtomicWord flag = new AtomicWord(0);
    private int message;

    @Actor
    public void sender() {
      message = 42;
      flag.fetchOr(1, RELEASE);
    }

    @Actor
    public void receiver(II_Result r) {
      r.r1 = flag.fetchAdd(0, ACQ_REL);
      r.r2 = message;
    }
  }

  /** SEQ_CST: of two that each store and then look at the other, one sees the other. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "one order for all")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "both looked before either stored")
  @State
  public static class StoreThenLookSeqCst {
    private final AtomicWord x = new AtomicWord(0);
    private final AtomicWord y = new AtomicWord(0);

    @Actor
    public void first(II_Result r) {
      x.store(1, SEQ_CST);
      r.r1 = y.load(SEQ_CST);
    }

    @Actor
    public void second(II_Result r) {
      y.store(1, SEQ_CST);
      r.r2 = x.load(SEQ_CST);
    }
  }

  /** With weaker orders neither may see the other, which is what SEQ_CST is for. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "as if in one order")
  @Outcome(id = "0, 0", expect = ACCEPTABLE_INTERESTING, desc = "allowed: no common order")
  @State
  public static class StoreThenLookMonotonic {
    private final AtomicWord x = new AtomicWord(0);
    private final AtomicWord y = new AtomicWord(0);

    @Actor
    public void first(II_Result r) {
      x.store(1, MONOTONIC);
      r.r1 = y.load(MONOTONIC);
    }

    @Actor
    public void second(II_Result r) {
      y.store(1, MONOTONIC);
      r.r2 = x.load(MONOTONIC);
    }
  }

  /** MONOTONIC: one word never goes back in time. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "forwards")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "the newer value first")
  @State
  public static class Coherence {
    private final AtomicWord word = new AtomicWord(0);

    @Actor
    public void writer() {
      word.store(1, MONOTONIC);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = word.load(MONOTONIC);
      r.r2 = word.load(MONOTONIC);
    }
  }

  /** Additions are atomic in the weakest order. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0"},
      expect = ACCEPTABLE,
      desc = "one after the other")
  @Outcome(expect = FORBIDDEN, desc = "an addition was lost")
  @State
  public static class Addition {
    private final AtomicWord word = new AtomicWord(0);

    @Actor
    public void first(II_Result r) {
      r.r1 = word.fetchAdd(1, MONOTONIC);
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = word.fetchAdd(1, MONOTONIC);
    }
  }

  /** Sixty-four bits are written and read in one piece. */
  @JCStressTest
  @Outcome(
      id = {"0", "-1"},
      expect = ACCEPTABLE,
      desc = "before or after")
  @Outcome(expect = FORBIDDEN, desc = "half a store")
  @State
  public static class NoTearing {
    private final AtomicLongWord word = new AtomicLongWord(0);

    @Actor
    public void writer() {
      word.store(-1, MONOTONIC);
    }

    @Actor
    public void reader(J_Result r) {
      r.r1 = word.load(MONOTONIC);
    }
  }
}
