package dev.millrace.content;

import dev.millrace.auth.AuthRule;
import dev.millrace.files.SymlinkPolicy;
import dev.millrace.http.semantics.ContentCoding;
import dev.millrace.text.Glob;
import java.util.List;
import java.util.Map;

/**
 * How the files of a mount are served.
 *
 * @param listing whether a directory without an index is listed
 * @param dotfiles whether names that begin with a dot are served
 * @param symlinks which symbolic links are followed
 * @param index names tried in a directory, in order
 * @param fallbacks what is tried for a path that is not found, in order: paths from the mount's
 *     root, in which {@code {path}} stands for the path that was asked for
 * @param precompressed codings whose stored variants are offered, in order of preference
 * @param maxRanges most ranges of one request, 0 for none
 * @param errorPages paths from the mount's root, by status
 * @param types media types by extension
 * @param cacheRules the first that matches the file gives Cache-Control
 * @param authRules who may see what; the longest prefix counts
 * @param corsRules the first that matches says who may read across origins
 */
public record MountPolicy(
    boolean listing,
    boolean dotfiles,
    SymlinkPolicy symlinks,
    List<String> index,
    List<String> fallbacks,
    List<ContentCoding> precompressed,
    int maxRanges,
    Map<Integer, String> errorPages,
    MediaTypes types,
    List<CacheRule> cacheRules,
    List<AuthRule> authRules,
    List<CorsRule> corsRules) {
  /** What Cache-Control says of the paths that match. */
  public record CacheRule(Glob match, String cacheControl) {}

  /** No listing, nothing hidden, {@code index.html}, every coding, no rules. */
  public static final MountPolicy DEFAULT =
      new MountPolicy(
          false,
          false,
          SymlinkPolicy.BENEATH,
          List.of("index.html"),
          List.of(),
          List.of(ContentCoding.values()),
          256,
          Map.of(),
          MediaTypes.standard(),
          List.of(),
          List.of(),
          List.of());

  public MountPolicy {
    index = List.copyOf(index);
    fallbacks = List.copyOf(fallbacks);
    precompressed = List.copyOf(precompressed);
    errorPages = Map.copyOf(errorPages);
    cacheRules = List.copyOf(cacheRules);
    authRules = List.copyOf(authRules);
    corsRules = List.copyOf(corsRules);
  }
}
