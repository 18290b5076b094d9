package dev.millrace.content;

/**
 * What the pages of listings show.
 *
 * @param title above the path; empty for none
 * @param footer a line below; empty for none
 * @param readme whether a README file of the directory is shown
 */
public record ListingPage(String title, String footer, boolean readme) {
  static final ListingPage DEFAULT = new ListingPage("", "", true);
}
