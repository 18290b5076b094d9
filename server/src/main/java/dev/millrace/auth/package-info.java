/** Who may see which paths: passwords and bearer tokens. */
@NullMarked
package dev.millrace.auth;

import org.jspecify.annotations.NullMarked;
