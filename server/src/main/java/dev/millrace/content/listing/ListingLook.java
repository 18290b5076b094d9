package dev.millrace.content.listing;

import dev.millrace.content.MediaTypes;

/**
 * What a listing shows.
 *
 * @param title in place of the directory's path; empty for that
 * @param footer a line below; empty for none
 * @param readme whether a README file of the directory is shown
 * @param archives whether the page has links to archives
 * @param uploads whether the page has a form for uploads
 * @param searches whether directories below can be searched
 * @param types media types by extension
 */
public record ListingLook(
    String title,
    String footer,
    boolean readme,
    boolean archives,
    boolean uploads,
    boolean searches,
    MediaTypes types) {}
