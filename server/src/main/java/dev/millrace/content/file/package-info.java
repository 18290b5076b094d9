/** Files: finding the one that a request names, and answering with it. */
@NullMarked
package dev.millrace.content.file;

import org.jspecify.annotations.NullMarked;
