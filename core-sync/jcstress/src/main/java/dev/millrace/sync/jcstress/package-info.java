/**
 * What two threads may see of each primitive, with every other outcome forbidden.
 *
 * <p>A wake-up that gets lost would show as a hang; the tests wait with {@link
 * dev.millrace.sync.jcstress.Patience} instead, so that it shows as an outcome. Every class is one
 * primitive, every nested class one question. Part of no jar.
 */
package dev.millrace.sync.jcstress;
