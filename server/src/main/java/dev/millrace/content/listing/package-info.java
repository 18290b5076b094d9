/**
 * Directory listings: what is shown, in which order, as HTML and as JSON.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.listing.ListingQuery}: sorting and paging out of a request's
 *       query.
 *   <li>{@link dev.millrace.content.listing.Listing}: a directory's page, made piece by piece on a
 *       worker.
 *   <li>{@code HtmlFormat}, {@code JsonFormat}: how an entry and what is around it is written.
 * </ul>
 *
 * <p>Imports {@code files} and {@code plan}; knows no HTTP server.
 */
@NullMarked
package dev.millrace.content.listing;

import org.jspecify.annotations.NullMarked;
