/** Checksum files that are not on disk: FILE.sha256 and SHA256SUMS. */
@NullMarked
package dev.millrace.content.checksum;

import org.jspecify.annotations.NullMarked;
