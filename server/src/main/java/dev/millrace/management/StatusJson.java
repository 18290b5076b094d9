package dev.millrace.management;

import dev.millrace.text.JsonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The status for programs: the charts of {@link StatusHtml} as JSON. */
public final class StatusJson {
  private static final MathContext DIGITS = new MathContext(6);

  private StatusJson() {}

  /** Writes one object; NaN and infinite points are null. */
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

  /**
   * Parses the output of {@link #write}.
   *
   * @throws IllegalArgumentException if the text is not a status
   */
  public static Status.Snapshot read(String json) {
    try {
      Map<?, ?> object = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
      List<Status.Chart> charts = new ArrayList<>();
      for (Object chart : (List<?>) member(object, "charts")) {
        Map<?, ?> fields = (Map<?, ?>) chart;
        String unit = ((String) member(fields, "unit")).toUpperCase(Locale.ROOT);
        List<Status.Line> lines = new ArrayList<>();
        for (Object line : (List<?>) member(fields, "lines")) {
          lines.add(readLine((Map<?, ?>) line));
        }
        charts.add(
            new Status.Chart((String) member(fields, "title"), Status.Unit.valueOf(unit), lines));
      }
      return new Status.Snapshot(
          (String) member(object, "version"),
          (String) member(object, "transport"),
          (String) member(object, "reason"),
          ((Number) member(object, "uptime_seconds")).longValue(),
          charts);
    } catch (ClassCastException | NullPointerException | YamlEngineException wrong) {
      throw new IllegalArgumentException("this is not a status of Millrace", wrong);
    }
  }

  private static Object member(Map<?, ?> object, String name) {
    Object value = object.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "this is not a status of Millrace: missing member " + name);
    }
    return value;
  }

  private static Status.Line readLine(Map<?, ?> line) {
    List<Double> points = new ArrayList<>();
    for (Object point : (List<?>) member(line, "points")) {
      points.add(point instanceof Number number ? number.doubleValue() : Double.NaN);
    }
    return new Status.Line((String) member(line, "id"), (String) member(line, "label"), points);
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
