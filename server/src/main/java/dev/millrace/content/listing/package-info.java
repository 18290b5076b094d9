/**
 * Directory listings as HTML and JSON.
 *
 * <ul>
 *   <li>{@link dev.millrace.content.listing.ListingResponse}: responds with a listing. Loop thread.
 *   <li>{@link dev.millrace.content.listing.ListingQuery}: sorting and paging, from a request's
 *       query.
 *   <li>{@link dev.millrace.content.listing.Listing}: a page, generated in chunks on worker
 *       threads.
 *   <li>{@code HtmlFormat}, {@code JsonFormat}: the output formats. {@code Readme}: the text that
 *       describes the directory.
 * </ul>
 *
 * <p>Imports {@code content}, {@code digest}, {@code files}, {@code http.exchange}, {@code
 * http.semantics}, {@code text} and Undertow.
 */
@NullMarked
package dev.millrace.content.listing;

import org.jspecify.annotations.NullMarked;
