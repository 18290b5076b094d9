package dev.millrace.management;

import dev.millrace.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/**
 * Charts of the last three minutes, one point a second, for people. A sampling thread records the
 * points; any thread may read.
 */
public final class Status implements AutoCloseable {
  /** Points kept per line. */
  public static final int POINTS = 180;

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** The unit of a chart's values. */
  public enum Unit {
    NUMBER,
    PER_SECOND,
    SECONDS,
    BYTES_PER_SECOND
  }

  /**
   * A line of a chart.
   *
   * @param id name for programs
   * @param label name for people, within the chart
   * @param points oldest first; NaN where no value exists
   */
  public record Line(String id, String label, List<Double> points) {
    /** The newest point. */
    public double now() {
      return points.getLast();
    }
  }

  public record Chart(String title, Unit unit, List<Line> lines) {}

  /**
   * All charts at one time.
   *
   * @param reason why the other transport is not used; may be empty
   */
  public record Snapshot(
      String version, String transport, String reason, long uptimeSeconds, List<Chart> charts) {}

  private static final class Figure {
    final String id;
    final String label;
    final DoubleSupplier source;
    final double[] points = new double[POINTS];

    Figure(String id, String label, DoubleSupplier source) {
      this.id = id;
      this.label = label;
      this.source = source;
      Arrays.fill(points, Double.NaN);
    }
  }

  private record Plot(String title, Unit unit, List<Figure> figures) {}

  private final String version;
  private final String transport;
  private final String reason;
  private final long startNanos = System.nanoTime();
  private final List<Plot> plots = new ArrayList<>();
  private final Mutex mutex = new Mutex();
  private int next;
  private volatile boolean closed;
  private final Thread sampler =
      Thread.ofPlatform().daemon().name("millrace-status").unstarted(this::run);

  public Status(String version, String transport, String reason) {
    this.version = version;
    this.transport = transport;
    this.reason = reason;
  }

  /** Adds lines to a chart, before the start. */
  public static final class Builder {
    private final List<Figure> figures;

    private Builder(List<Figure> figures) {
      this.figures = figures;
    }

    /** Adds a line; the sampling thread reads its source once a second. */
    public Builder line(String id, String label, DoubleSupplier source) {
      figures.add(new Figure(id, label, source));
      return this;
    }
  }

  public Builder chart(String title, Unit unit) {
    Plot plot = new Plot(title, unit, new ArrayList<>());
    plots.add(plot);
    return new Builder(plot.figures());
  }

  /** Starts the sampling thread. */
  public void start() {
    sampler.start();
  }

  private void run() {
    long due = System.nanoTime();
    while (!closed) {
      due += INTERVAL.toNanos();
      while (!closed && due - System.nanoTime() > 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      sample();
    }
  }

  private void sample() {
    List<double[]> values = new ArrayList<>();
    for (Plot plot : plots) {
      values.add(
          plot.figures().stream().mapToDouble(figure -> figure.source.getAsDouble()).toArray());
    }
    mutex.lock();
    try {
      for (int i = 0; i < plots.size(); i++) {
        List<Figure> figures = plots.get(i).figures();
        for (int j = 0; j < figures.size(); j++) {
          figures.get(j).points[next] = values.get(i)[j];
        }
      }
      next = (next + 1) % POINTS;
    } finally {
      mutex.unlock();
    }
  }

  /** A copy of all charts. */
  public Snapshot snapshot() {
    List<Chart> charts = new ArrayList<>();
    mutex.lock();
    try {
      for (Plot plot : plots) {
        List<Line> lines = new ArrayList<>();
        for (Figure figure : plot.figures()) {
          List<Double> points = new ArrayList<>(POINTS);
          for (int i = 0; i < POINTS; i++) {
            points.add(figure.points[(next + i) % POINTS]);
          }
          lines.add(new Line(figure.id, figure.label, List.copyOf(points)));
        }
        charts.add(new Chart(plot.title(), plot.unit(), List.copyOf(lines)));
      }
    } finally {
      mutex.unlock();
    }
    long uptime = Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
    return new Snapshot(version, transport, reason, uptime, List.copyOf(charts));
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(sampler);
  }
}
