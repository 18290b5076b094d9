package dev.millrace.cli;

import dev.millrace.management.HumanFormat;
import dev.millrace.management.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** The screen of {@code millrace top}: a row for each line of the status, with a bar graph. */
final class TopScreen {
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int LABEL_COLUMNS = 28;
  private static final int VALUE_COLUMNS = 12;
  private static final AttributedStyle BOLD = AttributedStyle.BOLD;
  private static final AttributedStyle DIM = AttributedStyle.DEFAULT.faint();
  private static final AttributedStyle COURSE =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
  private static final AttributedStyle TROUBLE =
      AttributedStyle.DEFAULT.foreground(AttributedStyle.RED).bold();

  private TopScreen() {}

  /**
   * The rows for a screen of this size; rows that do not fit are omitted.
   *
   * @param trouble why the metrics are outdated, or empty
   */
  static List<AttributedString> draw(
      Status.Snapshot status, String trouble, int columns, int rows) {
    List<AttributedString> lines = new ArrayList<>();
    AttributedStringBuilder head = new AttributedStringBuilder();
    head.styled(BOLD, "Millrace " + status.version());
    head.append("  up " + uptime(status.uptimeSeconds()) + "  " + status.transport());
    lines.add(head.toAttributedString());
    if (!status.reason().isEmpty()) {
      lines.add(new AttributedString("because " + status.reason()));
    }
    lines.add(
        trouble.isEmpty()
            ? new AttributedString("q quits", DIM)
            : new AttributedString(trouble + "; trying again, q quits", TROUBLE));
    for (Status.Chart chart : status.charts()) {
      lines.add(new AttributedString(chart.title(), BOLD));
      for (Status.Line line : chart.lines()) {
        AttributedStringBuilder row = new AttributedStringBuilder();
        row.append(String.format(Locale.ROOT, "  %-" + LABEL_COLUMNS + "s", line.label()));
        String value = HumanFormat.text(line.now(), chart.unit());
        row.append(String.format(Locale.ROOT, "%" + VALUE_COLUMNS + "s  ", value));
        int room = Math.max(0, columns - LABEL_COLUMNS - VALUE_COLUMNS - 5);
        row.styled(COURSE, course(line.points(), room));
        lines.add(row.toAttributedString());
      }
    }
    List<AttributedString> shown = new ArrayList<>();
    for (AttributedString line : lines.subList(0, Math.min(lines.size(), Math.max(1, rows)))) {
      shown.add(line.columnSubSequence(0, columns));
    }
    return shown;
  }

  /** The newest points as bars, one column each, scaled to the largest. */
  static String course(List<Double> points, int columns) {
    List<Double> newest = points.subList(Math.max(0, points.size() - columns), points.size());
    double largest =
        newest.stream().filter(Double::isFinite).mapToDouble(Double::doubleValue).max().orElse(0);
    StringBuilder course = new StringBuilder();
    for (double point : newest) {
      if (!Double.isFinite(point)) {
        course.append(' ');
      } else {
        int height = largest <= 0 ? 0 : (int) Math.round(point / largest * (BARS.length() - 1));
        course.append(BARS.charAt(Math.clamp(height, 0, BARS.length() - 1)));
      }
    }
    return course.toString();
  }

  private static String uptime(long seconds) {
    Duration up = Duration.ofSeconds(seconds);
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", up.toHours(), up.toMinutesPart(), up.toSecondsPart());
  }
}
