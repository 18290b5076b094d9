package dev.millrace.http.semantics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Want-Repr-Digest} and {@code Want-Content-Digest} fields (RFC 9530 §4): algorithms
 * with preferences from 0, "not acceptable", to 10, "most preferred".
 */
public final class WantDigest {
  private static final long MAX_PREFERRED = 10;

  private WantDigest() {}

  /**
   * The requested algorithms, most preferred first. Members without a valid preference are ignored,
   * and so is a field that is malformed (RFC 9651 §4.2).
   *
   * @param field all lines of the field joined by commas, or null if there is none
   */
  public static List<String> preferred(@Nullable String field) {
    if (field == null) {
      return List.of();
    }
    Optional<Map<String, @Nullable Long>> members = StructuredDictionary.integers(field);
    if (members.isEmpty()) {
      return List.of();
    }
    record Wanted(String algorithm, long preference) {}
    List<Wanted> wanted = new ArrayList<>();
    members
        .get()
        .forEach((algorithm, preference) -> {
          if (preference != null && preference > 0 && preference <= MAX_PREFERRED) {
            wanted.add(new Wanted(algorithm, preference));
          }
        });
    wanted.sort(Comparator.comparingLong((Wanted one) -> -one.preference()));
    return wanted.stream().map(Wanted::algorithm).toList();
  }
}
