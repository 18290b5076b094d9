package dev.millrace.metrics;

import dev.millrace.plan.JsonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** The status for programs: the same charts as {@link StatusHtml} has. */
public final class StatusJson {
  private static final MathContext DIGITS = new MathContext(6);

  private StatusJson() {}

  /** One object; absent points are null. */
  public static String write(Status.Snapshot status) {
    StringBuilder out = new StringBuilder(16 << 10).append("{\"version\":");
    JsonText.string(out, status.version());
    out.append(",\"transport\":");
    JsonText.string(out, status.transport());
    out.append(",\"reason\":");
    JsonText.string(out, status.reason());
    out.append(",\"uptime_seconds\":").append(status.uptimeSeconds());
    out.append(",\"interval_seconds\":1,\"charts\":[");
    String chartSeparator = "";
    for (Status.Chart chart : status.charts()) {
      out.append(chartSeparator).append("\n{\"title\":");
      chartSeparator = ",";
      JsonText.string(out, chart.title());
      String unit = chart.unit().name().toLowerCase(Locale.ROOT);
      out.append(",\"unit\":\"").append(unit).append("\",\"lines\":[");
      String separator = "";
      for (Status.Line line : chart.lines()) {
        out.append(separator).append("\n {\"id\":");
        separator = ",";
        line(out, line);
      }
      out.append("]}");
    }
    return out.append("]}\n").toString();
  }

  private static void line(StringBuilder out, Status.Line line) {
    JsonText.string(out, line.id());
    out.append(",\"label\":");
    JsonText.string(out, line.label());
    out.append(",\"now\":");
    number(out, line.now());
    out.append(",\"points\":[");
    String separator = "";
    for (double point : line.points()) {
      out.append(separator);
      separator = ",";
      number(out, point);
    }
    out.append("]}");
  }

  private static void number(StringBuilder out, double value) {
    if (Double.isFinite(value)) {
      out.append(new BigDecimal(value, DIGITS).stripTrailingZeros().toPlainString());
    } else {
      out.append("null");
    }
  }
}
