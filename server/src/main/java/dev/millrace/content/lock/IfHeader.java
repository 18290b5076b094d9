package dev.millrace.content.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The {@code If} field (RFC 4918 §10.4): lists of state tokens and entity tags, of which one must
 * hold.
 *
 * @param lists in the order of the field
 */
public record IfHeader(List<Conditions> lists) {
  private static final int MAX_CONDITIONS = 256;

  /** A request without the field: all holds, and no token is submitted. */
  public static final IfHeader NONE = new IfHeader(List.of());

  /**
   * Conditions that must all hold.
   *
   * @param resource the URI reference of the resource to which they apply; null for the request's
   */
  public record Conditions(@Nullable String resource, List<Condition> all) {
    public Conditions {
      all = List.copyOf(all);
    }
  }

  /**
   * One condition.
   *
   * @param not whether it must not hold
   * @param entityTag whether the value is an entity tag, with quotes; else it is a state token
   */
  public record Condition(boolean not, boolean entityTag, String value) {}

  /** The state of a resource. */
  public interface State {
    /** Whether a lock with this token applies to the resource; null for the request's. */
    boolean hasToken(@Nullable String resource, String token);

    /** Whether this is the resource's current entity tag. */
    boolean hasEntityTag(@Nullable String resource, String entityTag);
  }

  public IfHeader {
    lists = List.copyOf(lists);
  }

  /** Parses the field; empty if it is malformed. */
  public static Optional<IfHeader> parse(@Nullable String field) {
    return field == null ? Optional.of(NONE) : new Parser(field).parse();
  }

  /** The state tokens of all conditions: they are submitted even if their list does not hold. */
  public Set<String> tokens() {
    Set<String> tokens = new TreeSet<>();
    for (Conditions list : lists) {
      for (Condition condition : list.all) {
        if (!condition.entityTag) {
          tokens.add(condition.value);
        }
      }
    }
    return tokens;
  }

  /** Whether one of the lists holds, or there is none. */
  public boolean holds(State state) {
    return lists.isEmpty() || lists.stream().anyMatch(list -> holds(list, state));
  }

  private static boolean holds(Conditions list, State state) {
    for (Condition condition : list.all) {
      boolean holds =
          condition.entityTag
              ? state.hasEntityTag(list.resource, condition.value)
              : state.hasToken(list.resource, condition.value);
      if (holds == condition.not) {
        return false;
      }
    }
    return true;
  }

  private static final class Parser {
    private final String text;
    private int at;
    private int conditions;

    Parser(String text) {
      this.text = text;
    }

    Optional<IfHeader> parse() {
      List<Conditions> lists = new ArrayList<>();
      String resource = null;
      boolean tagged = false;
      boolean listExpected = true;
      skipSpace();
      while (at < text.length()) {
        if (text.charAt(at) == '<') {
          resource = until('>');
          if (resource == null || (listExpected && tagged) || (!tagged && !lists.isEmpty())) {
            return Optional.empty(); // two tags in a row, or tags after lists without one
          }
          tagged = true;
          listExpected = true;
        } else {
          List<Condition> all = list();
          if (all == null) {
            return Optional.empty();
          }
          lists.add(new Conditions(resource, all));
          listExpected = false;
        }
        skipSpace();
      }
      return listExpected ? Optional.empty() : Optional.of(new IfHeader(lists));
    }

    private @Nullable List<Condition> list() {
      if (text.charAt(at) != '(') {
        return null;
      }
      at++;
      List<Condition> all = new ArrayList<>();
      while (true) {
        skipSpace();
        if (at >= text.length()) {
          return null;
        }
        if (text.charAt(at) == ')') {
          at++;
          return all.isEmpty() ? null : all;
        }
        boolean not = text.regionMatches(true, at, "Not", 0, 3);
        at += not ? 3 : 0;
        skipSpace();
        boolean entityTag = at < text.length() && text.charAt(at) == '[';
        String value = entityTag ? until(']') : until('>');
        if (value == null || value.isEmpty() || ++conditions > MAX_CONDITIONS) {
          return null;
        }
        all.add(new Condition(not, entityTag, value));
      }
    }

    /** The text between the delimiter at the current position, and this one; or null. */
    private @Nullable String until(char end) {
      char begin = end == '>' ? '<' : '[';
      int close = at < text.length() && text.charAt(at) == begin ? text.indexOf(end, at) : -1;
      if (close < 0) {
        return null;
      }
      String inner = text.substring(at + 1, close);
      at = close + 1;
      return inner;
    }

    private void skipSpace() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }
  }
}
