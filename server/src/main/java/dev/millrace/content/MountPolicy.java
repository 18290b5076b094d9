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
 * @param listing whether a directory without an index file is listed
 * @param listingPage what listings show
 * @param dotfiles whether names that begin with a dot are served
 * @param symlinks which symbolic links are followed
 * @param index index file names, in order
 * @param fallbacks paths to try if the requested path does not exist, in order, from the mount's
 *     root; {@code {path}} is replaced by the requested path
 * @param precompressed codings of stored variants, in order of preference
 * @param maxRanges maximum number of ranges of a request, 0 for none
 * @param errorPages paths from the mount's root, by status
 * @param types media types by extension
 * @param cacheRules the first rule that matches the file sets Cache-Control
 * @param authRules of the rules that match, the one with the longest prefix applies
 * @param corsRules the first rule that matches applies
 * @param writeRules which paths requests may change; empty for none
 * @param headerRules all that match change the fields of a response
 * @param redirects the first that applies
 * @param rewrites the first that applies
 * @param archives which directories can be downloaded as an archive
 * @param webdav whether the methods of WebDAV are allowed
 * @param compress whether text without a stored variant is compressed
 */
public record MountPolicy(
    boolean listing,
    ListingPage listingPage,
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
    List<CorsRule> corsRules,
    List<WriteRule> writeRules,
    List<HeaderRule> headerRules,
    List<RedirectRule> redirects,
    List<RewriteRule> rewrites,
    ArchivePolicy archives,
    boolean webdav,
    boolean compress) {
  /** The value of Cache-Control for the paths that match. */
  public record CacheRule(Glob match, String cacheControl) {}

  /**
   * No listing, no dotfiles, {@code index.html}, all codings, compression, 256 ranges, no rules.
   */
  public static final MountPolicy DEFAULT =
      new MountPolicy(
          false,
          ListingPage.DEFAULT,
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
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          ArchivePolicy.NONE,
          false,
          true);

  public MountPolicy {
    index = List.copyOf(index);
    fallbacks = List.copyOf(fallbacks);
    precompressed = List.copyOf(precompressed);
    errorPages = Map.copyOf(errorPages);
    cacheRules = List.copyOf(cacheRules);
    authRules = List.copyOf(authRules);
    corsRules = List.copyOf(corsRules);
    writeRules = List.copyOf(writeRules);
    headerRules = List.copyOf(headerRules);
    redirects = List.copyOf(redirects);
    rewrites = List.copyOf(rewrites);
  }
}
