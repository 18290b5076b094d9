package dev.millrace.doctor;

import dev.millrace.doctor.Check.Verdict;
import dev.millrace.text.JsonText;
import dev.millrace.uring.OpKind;
import dev.millrace.uring.RingProbe;
import dev.millrace.uring.RingUnavailableException;
import java.util.List;
import java.util.Locale;

/**
 * The results of all checks.
 *
 * @param probe capabilities of io_uring
 */
public record Report(List<Check> checks, RingProbe probe) {
  /** The operations that the server submits. FUTEX_WAIT has a fallback. */
  static final List<OpKind> USED =
      List.of(
          OpKind.ACCEPT,
          OpKind.RECV,
          OpKind.SEND,
          OpKind.OPENAT2,
          OpKind.READ,
          OpKind.CANCEL,
          OpKind.FUTEX_WAIT);

  public Report {
    checks = List.copyOf(checks);
  }

  /** Whether no check failed. */
  public boolean isWell() {
    return checks.stream().noneMatch(check -> check.verdict() == Verdict.FAIL);
  }

  /** The report for people: a line per check, followed by its cure. */
  public String text() {
    StringBuilder out = new StringBuilder();
    for (Check check : checks) {
      String verdict = check.verdict().name().toLowerCase(Locale.ROOT);
      out.append(
          String.format(Locale.ROOT, "%-5s %-16s %s%n", verdict, check.name(), check.value()));
      if (!check.cure().isEmpty()) {
        out.append(String.format(Locale.ROOT, "%23s%s%n", "→ ", check.cure()));
      }
    }
    out.append(
        isWell() ? "Millrace runs on io_uring here.\n" : "Millrace does not run properly here.\n");
    return out.toString();
  }

  /** The report for programs: one JSON object. */
  public String json() {
    StringBuilder out = new StringBuilder("{\"ok\":").append(isWell());
    RingUnavailableException refusal = probe.refusal();
    out.append(",\"io_uring\":{\"available\":").append(refusal == null).append(",\"reason\":");
    string(out, refusal == null ? "" : refusal.reason().name().toLowerCase(Locale.ROOT));
    out.append(",\"message\":");
    string(out, refusal == null ? "" : String.valueOf(refusal.getMessage()));
    out.append(",\"liburing\":");
    string(out, probe.liburing());
    out.append(",\"operations\":{");
    String separator = "";
    for (OpKind kind : OpKind.values()) {
      out.append(separator).append('"').append(kind.name().toLowerCase(Locale.ROOT)).append("\":");
      out.append(probe.operations().contains(kind));
      separator = ",";
    }
    out.append("},\"setup_flags\":{");
    separator = "";
    for (var flag : probe.setupFlags().entrySet()) {
      out.append(separator).append('"').append(flag.getKey().toLowerCase(Locale.ROOT));
      out.append("\":").append(flag.getValue());
      separator = ",";
    }
    out.append("},\"features\":[");
    separator = "";
    for (String feature : probe.features()) {
      out.append(separator).append('"').append(feature.toLowerCase(Locale.ROOT)).append('"');
      separator = ",";
    }
    out.append("]},\"checks\":[");
    separator = "";
    for (Check check : checks) {
      out.append(separator).append("\n {\"name\":");
      string(out, check.name());
      out.append(",\"verdict\":");
      string(out, check.verdict().name().toLowerCase(Locale.ROOT));
      out.append(",\"value\":");
      string(out, check.value());
      out.append(",\"cure\":");
      string(out, check.cure());
      out.append('}');
      separator = ",";
    }
    return out.append("]}\n").toString();
  }

  private static void string(StringBuilder out, String text) {
    JsonText.string(out, text);
  }
}
