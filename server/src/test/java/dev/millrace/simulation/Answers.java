package dev.millrace.simulation;

import dev.millrace.simulation.VersionedFile.Version;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Checks every answer against the contents that its file had since the request. */
final class Answers {
  /** How long an answer may follow from an older content: nothing is trusted for longer. */
  private final long staleNanos;

  private final boolean errors;
  private final Consumer<String> wrong;
  private final Map<String, Version> tagged = new LinkedHashMap<>();
  private final Map<VersionedFile, List<String>> tags = new HashMap<>();
  private int complete;
  private int aborted;
  private final Map<Integer, Integer> statuses = new HashMap<>();

  /**
   * @param errors whether operations fail, so that requests may fail
   * @param wrong receives what is wrong
   */
  Answers(boolean errors, long staleNanos, Consumer<String> wrong) {
    this.errors = errors;
    this.staleNanos = staleNanos;
    this.wrong = wrong;
  }

  /** Tags of a file that answers had. */
  List<String> tags(VersionedFile file) {
    return tags.getOrDefault(file, List.of());
  }

  int complete() {
    return complete;
  }

  int aborted() {
    return aborted;
  }

  Map<Integer, Integer> statuses() {
    return statuses;
  }

  /**
   * Checks an answer.
   *
   * @param sentNanos when the first byte of the request was sent
   * @param ended whether the answer is complete
   */
  void check(
      Ask ask, long sentNanos, int status, Map<String, String> fields, byte[] body, boolean ended) {
    statuses.merge(status, 1, Integer::sum);
    if (ended) {
      complete++;
    } else {
      aborted++;
    }
    String problem = problem(ask, sentNanos, status, fields, body, ended);
    if (problem != null) {
      wrong.accept(
          ask
              + " answered by "
              + status
              + " "
              + fields
              + " and "
              + body.length
              + " bytes"
              + (ended ? "" : ", cut off")
              + ": "
              + problem
              + "; contents "
              + (ask.file() == null ? "" : ask.file().since(sentNanos - staleNanos)));
    }
  }

  private @Nullable String problem(
      Ask ask, long sentNanos, int status, Map<String, String> fields, byte[] body, boolean ended) {
    if (errors && (status == 503 || status == 500 || status == 403)) {
      return null;
    }
    if (ask.isHead() && body.length > 0) {
      return "a body for HEAD";
    }
    VersionedFile file = ask.file();
    if (file == null) {
      return status == (ask.path().endsWith("/") ? 200 : 404) ? null : "not expected";
    }
    List<Version> alive = file.since(sentNanos - staleNanos);
    return switch (status) {
      case 200 ->
          ask.isHead() ? head(file, fields, alive) : whole(file, fields, body, ended, alive);
      case 206 -> part(ask, file, fields, body, ended, alive);
      case 304 -> notModified(ask, file, alive);
      case 404 -> any(alive, version -> !version.exists(), "the file existed all the time");
      case 416 ->
          any(alive, v -> v.exists() && ask.first() >= v.length(), "the range could be satisfied");
      default -> "not expected";
    };
  }

  private static @Nullable String any(
      List<Version> alive, Predicate<Version> holds, String otherwise) {
    return alive.stream().anyMatch(holds) ? null : otherwise;
  }

  private @Nullable String head(
      VersionedFile file, Map<String, String> fields, List<Version> alive) {
    if (fields.containsKey("content-encoding")) {
      return null;
    }
    return any(
        alive,
        v -> fields.getOrDefault("content-length", "").equals(String.valueOf(v.length())),
        "no content of that length");
  }

  private @Nullable String whole(
      VersionedFile file,
      Map<String, String> fields,
      byte[] body,
      boolean ended,
      List<Version> alive) {
    byte[] plain = body;
    if (fields.containsKey("content-encoding")) {
      if (!ended) {
        return null;
      }
      try {
        plain = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
      } catch (IOException broken) {
        return "cannot be decompressed: " + broken;
      }
    }
    Version found = null;
    for (Version version : alive) {
      boolean fits = ended ? version.length() == plain.length : version.length() >= plain.length;
      if (fits && matches(file, version, 0, plain, alive)) {
        found = version;
        break;
      }
    }
    if (found == null) {
      return "the bytes are of no content";
    }
    if (!ended) {
      return null;
    }
    return plain == body ? identified(file, found, fields) : null;
  }

  private static boolean matches(
      VersionedFile file, Version version, int offset, byte[] bytes, List<Version> alive) {
    int cut = VersionedFile.shortest(alive, version.stream());
    return cut < version.length()
        ? file.matchesCut(version, offset, bytes, cut)
        : file.matches(version, offset, bytes);
  }

  private @Nullable String part(
      Ask ask,
      VersionedFile file,
      Map<String, String> fields,
      byte[] body,
      boolean ended,
      List<Version> alive) {
    String[] range = fields.getOrDefault("content-range", "").split("[ /-]", -1);
    if (ask.first() < 0 || range.length != 4 || !range[0].equals("bytes")) {
      return "no range was requested, or none is named";
    }
    int first = Integer.parseInt(range[1]);
    int last = Integer.parseInt(range[2]);
    int total = Integer.parseInt(range[3]);
    if (first != ask.first() || last != Math.min(ask.last(), total - 1)) {
      return "another range";
    }
    if (ended && !ask.isHead() && body.length != last - first + 1) {
      return "another length than the range";
    }
    for (Version version : alive) {
      if (version.length() == total && matches(file, version, first, body, alive)) {
        String tag = fields.get("etag");
        String ifRange = ask.fields().get("if-range");
        Version named = ifRange == null ? version : tagged.get(key(ask, ifRange));
        if (named == null || !isSame(file, named, version)) {
          return "If-Range named the tag of another content, " + named + ", not " + tag;
        }
        return ended ? identified(file, version, fields) : null;
      }
    }
    return "the bytes are of no content";
  }

  private @Nullable String notModified(Ask ask, VersionedFile file, List<Version> alive) {
    Version version = tagged.get(key(ask, ask.fields().getOrDefault("if-none-match", "")));
    return version == null || alive.stream().noneMatch(v -> isSame(file, v, version))
        ? "the tag is of another content: " + version
        : null;
  }

  private static boolean isSame(VersionedFile file, Version one, Version other) {
    return one.length() == other.length()
        && (one.stream() == other.stream()
            || Arrays.equals(file.content(one), file.content(other)));
  }

  private static String key(Ask ask, String tag) {
    return ask.path() + " " + tag.replace("W/", "");
  }

  /** Checks the tag and the digest of a content, and keeps the tag. */
  private @Nullable String identified(
      VersionedFile file, Version version, Map<String, String> fields) {
    String tag = fields.get("etag");
    if (tag == null) {
      return "no tag";
    }
    Version before = tagged.putIfAbsent("/" + file.name + " " + tag.replace("W/", ""), version);
    if (before == null) {
      tags.computeIfAbsent(file, _ -> new ArrayList<>()).add(tag);
    } else if (!isSame(file, before, version)) {
      return "the tag is that of " + before + ", the bytes are of " + version;
    }
    String digest = fields.get("repr-digest");
    if (digest != null && !digest.equals("sha-256=:" + file.sha256(version) + ":")) {
      return "the digest is of another content";
    }
    return null;
  }

  /** Whether the server may fail to answer a request. */
  boolean mayFail() {
    return errors;
  }

  /**
   * Whether an answer may be cut off, and its connection end: a file that became shorter since the
   * request cannot be sent whole.
   *
   * @param sentNanos when the first byte of the request was sent
   */
  boolean mayBeCut(Ask ask, long sentNanos) {
    return errors || (ask.file() != null && ask.file().shrankSince(sentNanos - staleNanos));
  }

  static final Set<Integer> WITHOUT_BODY = Set.of(204, 304);
}
