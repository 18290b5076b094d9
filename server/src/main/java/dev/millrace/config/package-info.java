/**
 * The settings: from the command line, the environment and a YAML file.
 *
 * <ul>
 *   <li>{@link dev.millrace.config.Settings}: all settings of a server, immutable.
 *   <li>{@link dev.millrace.config.SettingsLoader}: loads them; the keys are in {@link
 *       dev.millrace.config.SettingKey}. {@code MountsLoader} and {@code AuthLoader} load the
 *       structured ones.
 *   <li>{@code ConfigNode}: a value with its place, for error messages; {@code SettingParsers}
 *       parses scalars.
 * </ul>
 *
 * <p>Used once, by the thread that starts the server. Imports {@code accesslog}, {@code auth},
 * {@code content}, {@code digest}, {@code files}, {@code http.parser}, {@code http.semantics},
 * {@code proxy} and {@code text}.
 */
@NullMarked
package dev.millrace.config;

import org.jspecify.annotations.NullMarked;
