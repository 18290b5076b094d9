/**
 * Settings: typed keys, and how their values are loaded.
 *
 * <ul>
 *   <li>{@link dev.millrace.config.Key}: a setting. Features declare their keys beside their code;
 *       {@link dev.millrace.config.Parser} has the parsers that they share.
 *   <li>{@link dev.millrace.config.SettingsLoader}: loads the values of keys from the command line,
 *       the environment, a YAML file and defaults into {@link dev.millrace.config.Settings}.
 *   <li>{@link dev.millrace.config.ConfigNode}: a value with its place, for error messages.
 * </ul>
 *
 * <p>Used once, by the thread that starts the server. Imports no other package of the server.
 */
@NullMarked
package dev.millrace.config;

import org.jspecify.annotations.NullMarked;
