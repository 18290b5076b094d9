package dev.millrace.management;

import dev.millrace.digest.Algorithm;
import dev.millrace.text.HtmlText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The status page for people: it reloads itself and draws the charts as SVG. It has no script and
 * loads no other resource, so its Content-Security-Policy can forbid both.
 */
public final class StatusHtml {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 150;
  private static final int LEFT = 66;
  private static final int TOP = 8;
  private static final int BOTTOM = 18;
  private static final int REFRESH_SECONDS = 2;

  private static final String CSS =
      """
      :root{color-scheme:light dark;--fg:#1b1f24;--dim:#5b6570;--line:#d9dee4;--bg:#f6f7f9;--card:#fff;
      --c0:#0b6bcb;--c1:#c2410c;--c2:#15803d;--c3:#7e22ce;--c4:#a16207}
      @media (prefers-color-scheme:dark){:root{--fg:#e6e9ed;--dim:#9aa5b1;--line:#333b45;--bg:#14181d;
      --card:#1c2229;--c0:#62b0ff;--c1:#ff9a5c;--c2:#5fd38a;--c3:#cf9bff;--c4:#e5c04f}}
      *{box-sizing:border-box}
      body{margin:0;padding:1.2rem;background:var(--bg);color:var(--fg);
      font:15px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
      header{max-width:1240px;margin:0 auto 1rem}
      h1{font-size:1.35rem;margin:0}
      p{margin:.15rem 0 0;color:var(--dim)}
      main{max-width:1240px;margin:0 auto;display:grid;gap:1rem;
      grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr))}
      section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}
      h2{font-size:.95rem;margin:0 0 .3rem}
      ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin:0 0 .4rem;padding:0;
      font-size:.85rem;color:var(--dim)}
      b{color:var(--fg);font-variant-numeric:tabular-nums}
      i{display:inline-block;width:.75rem;height:.2rem;border-radius:1px;margin-right:.4rem;
      vertical-align:middle}
      svg{display:block;width:100%;height:auto}
      polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}
      line{stroke:var(--line)}
      text{fill:var(--dim);font-size:11px}
      .l0{background:var(--c0)}.l1{background:var(--c1)}.l2{background:var(--c2)}
      .l3{background:var(--c3)}.l4{background:var(--c4)}
      .s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}
      .s4{stroke:var(--c4)}
      """;

  private StatusHtml() {}

  /** The Content-Security-Policy that the page needs. */
  public static String policy() {
    byte[] hash = Algorithm.SHA_256.start().digest(CSS.getBytes(StandardCharsets.UTF_8));
    return "default-src 'none'; style-src 'sha256-"
        + Base64.getEncoder().encodeToString(hash)
        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  public static String write(Status.Snapshot status) {
    StringBuilder out = new StringBuilder(64 << 10);
    out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    out.append("<meta http-equiv=\"refresh\" content=\"").append(REFRESH_SECONDS).append("\">\n");
    out.append("<meta name=\"viewport\" content=\"width=device-width\">\n");
    out.append("<title>Millrace status</title>\n<style>").append(CSS).append("</style></head>\n");
    out.append("<body><header><h1>Millrace ");
    HtmlText.escape(out, status.version());
    out.append("</h1><p>over ");
    HtmlText.escape(out, status.transport());
    if (!status.reason().isEmpty()) {
      out.append(", because ");
      HtmlText.escape(out, status.reason());
    }
    out.append(" · up ").append(uptime(status.uptimeSeconds()));
    out.append(" · the last three minutes, a point a second</p></header>\n<main>\n");
    status.charts().forEach(chart -> section(out, chart));
    return out.append("</main></body></html>\n").toString();
  }

  private static String uptime(long seconds) {
    Duration up = Duration.ofSeconds(seconds);
    return up.toDays() > 0
        ? up.toDays() + " d " + up.toHoursPart() + " h"
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", up.toHours(), up.toMinutesPart(), up.toSecondsPart());
  }

  private static void section(StringBuilder out, Status.Chart chart) {
    out.append("<section><h2>");
    HtmlText.escape(out, chart.title());
    out.append("</h2><ul>");
    for (int i = 0; i < chart.lines().size(); i++) {
      Status.Line line = chart.lines().get(i);
      out.append("<li><i class=\"l").append(i % 5).append("\"></i>");
      HtmlText.escape(out, line.label());
      out.append(" <b>").append(HumanFormat.text(line.now(), chart.unit())).append("</b></li>");
    }
    out.append("</ul>\n");
    drawing(out, chart);
    out.append("</section>\n");
  }

  private static void drawing(StringBuilder out, Status.Chart chart) {
    Scale scale = scale(chart);
    out.append("<svg viewBox=\"0 0 ").append(WIDTH).append(' ').append(HEIGHT);
    out.append("\" role=\"img\" aria-label=\"");
    HtmlText.escape(out, chart.title());
    out.append("\">");
    for (double mark : scale.marks()) {
      double y = y(mark, scale);
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\""
                  + " text-anchor=\"end\">%s</text>",
              LEFT,
              WIDTH,
              y,
              y,
              LEFT - 6,
              y + 4,
              HumanFormat.text(mark, chart.unit())));
    }
    out.append("<text x=\"").append(LEFT).append("\" y=\"").append(HEIGHT - 3);
    out.append("\">3 min ago</text><text x=\"").append(WIDTH).append("\" y=\"").append(HEIGHT - 3);
    out.append("\" text-anchor=\"end\">now</text>\n");
    for (int i = 0; i < chart.lines().size(); i++) {
      polylines(out, chart.lines().get(i).points(), scale, i % 5);
    }
    out.append("</svg>");
  }

  /** Draws one polyline per sequence of points without a gap; a single point becomes a dash. */
  private static void polylines(StringBuilder out, List<Double> points, Scale scale, int colour) {
    boolean open = false;
    for (int i = 0; i < points.size(); i++) {
      double value = points.get(i);
      if (Double.isFinite(value)) {
        if (!open) {
          out.append("<polyline class=\"s").append(colour).append("\" points=\"");
          out.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i) - 1, y(value, scale)));
          open = true;
        }
        out.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i), y(value, scale)));
      } else if (open) {
        out.append("\"/>\n");
        open = false;
      }
    }
    if (open) {
      out.append("\"/>\n");
    }
  }

  private static double x(int point) {
    return LEFT + (double) (WIDTH - LEFT) * point / (Status.POINTS - 1);
  }

  private static double y(double value, Scale scale) {
    double part = Math.clamp(scale.part(value), 0, 1);
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - part);
  }

  /**
   * Maps a value to a height, 0 at the bottom and 1 at the top; and the positions of grid lines.
   */
  private record Scale(double low, double top, List<Double> marks) {
    double part(double value) {
      return low == 0
          ? value / top
          : value <= low ? 0 : Math.log(value / low) / Math.log(top / low);
    }
  }

  /**
   * From 0 to just above all points. Times use a logarithmic scale, because one slow second would
   * otherwise flatten the rest.
   */
  private static Scale scale(Status.Chart chart) {
    double[] points =
        chart.lines().stream()
            .flatMap(line -> line.points().stream())
            .filter(point -> Double.isFinite(point) && point > 0)
            .mapToDouble(Double::doubleValue)
            .toArray();
    double largest = Arrays.stream(points).max().orElse(0);
    if (chart.unit() == Status.Unit.SECONDS) {
      double smallest = Arrays.stream(points).min().orElse(1e-4);
      int from = Math.max(-9, (int) Math.floor(Math.log10(smallest)));
      int to = Math.max(from + 1, (int) Math.ceil(Math.log10(Math.max(largest, 1e-3))));
      List<Double> decades =
          IntStream.rangeClosed(from, to).mapToObj(power -> Math.pow(10, power)).toList();
      return new Scale(decades.getFirst(), decades.getLast(), decades);
    }
    double top = ceiling(largest, chart.unit());
    return new Scale(0, top, List.of(0.0, top / 2, top));
  }

  /** The next 1, 2 or 5 times a power of ten; for bytes, the next power of two. */
  private static double ceiling(double largest, Status.Unit unit) {
    if (unit == Status.Unit.BYTES_PER_SECOND) {
      double top = 1024;
      while (top < largest) {
        top *= 2;
      }
      return top;
    }
    if (largest <= 0) {
      return 10;
    }
    double power = Math.pow(10, Math.floor(Math.log10(largest)));
    for (double factor : new double[] {1, 2, 5, 10}) {
      if (largest <= factor * power * 1.0000001) {
        return factor * power;
      }
    }
    return largest;
  }
}
