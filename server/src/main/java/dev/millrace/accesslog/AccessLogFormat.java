package dev.millrace.accesslog;

import dev.millrace.accesslog.AccessLog.Entry;
import dev.millrace.text.JsonText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats of the access log. An entry is always one line, whatever the client has sent. */
public enum AccessLogFormat {
  /** The combined format of Apache and nginx. */
  COMBINED {
    @Override
    void write(StringBuilder out, Entry entry) {
      out.append(entry.remote()).append(" - ");
      escape(out, entry.user() == null || entry.user().isEmpty() ? "-" : entry.user(), true);
      out.append(" [");
      COMBINED_TIME.formatTo(Instant.ofEpochMilli(entry.epochMillis()), out);
      out.append("] \"");
      if (entry.method() != null && entry.protocol() != null) {
        escape(out, entry.method(), false);
        out.append(' ');
        escape(out, entry.target(), false);
        out.append(' ');
        escape(out, entry.protocol(), false);
      } else {
        escape(out, entry.target(), false);
      }
      out.append("\" ");
      out.append(entry.status()).append(' ').append(entry.bytes()).append(" \"");
      escape(out, entry.referer(), false);
      out.append("\" \"");
      escape(out, entry.agent(), false);
      out.append("\"\n");
    }
  },
  /** One JSON object a line. */
  JSON {
    @Override
    void write(StringBuilder out, Entry entry) {
      out.append("{\"time\":\"").append(Instant.ofEpochMilli(entry.epochMillis())).append('"');
      JsonText.member(out, "remote", entry.remote());
      JsonText.member(out, "user", entry.user());
      JsonText.member(out, "method", entry.method());
      JsonText.member(out, "host", entry.host());
      JsonText.member(out, "target", entry.target());
      JsonText.member(out, "protocol", entry.protocol());
      out.append(",\"status\":").append(entry.status());
      out.append(",\"bytes\":").append(entry.bytes());
      out.append(",\"duration_seconds\":");
      out.append(String.format(Locale.ROOT, "%.6f", entry.durationNanos() / 1e9));
      JsonText.member(out, "referer", entry.referer());
      JsonText.member(out, "user_agent", entry.agent());
      JsonText.member(out, "traceparent", entry.trace());
      if (entry.clientSubject() != null) {
        JsonText.member(out, "client_subject", entry.clientSubject());
      }
      if (entry.stored() != null) {
        JsonText.member(out, "stored", entry.stored());
      }
      out.append("}\n");
    }
  };

  private static final DateTimeFormatter COMBINED_TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  abstract void write(StringBuilder out, Entry entry);

  /** Escapes like nginx: non-ASCII, control characters, quotes and backslashes as {@code \xHH}. */
  private static void escape(StringBuilder out, @Nullable String text, boolean alsoSpaces) {
    if (text == null) {
      out.append('-');
      return;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ' || c >= 0x7f || (alsoSpaces && c == ' ')) {
        out.append(String.format(Locale.ROOT, "\\x%02X", (int) c));
      } else {
        out.append(c);
      }
    }
  }
}
