package dev.millrace.content.listing;

import dev.millrace.file.FileStat;
import dev.millrace.files.DirectoryEntry;
import dev.millrace.http.semantics.HttpDate;
import dev.millrace.text.JsonText;

/**
 * The JSON array of nginx's autoindex with {@code name}, {@code type}, {@code mtime} and {@code
 * size}; in addition {@code href}, which is exact for names that are not Unicode, {@code etag}, and
 * {@code sha256} if it is known.
 */
final class JsonFormat implements Listing.Format {
  private final Listing.Knowledge knowledge;

  JsonFormat(Listing.Knowledge knowledge) {
    this.knowledge = knowledge;
  }

  @Override
  public void begin(StringBuilder out, Listing.Page page) {
    out.append('[');
  }

  @Override
  public void entry(StringBuilder out, DirectoryEntry entry, boolean first) {
    out.append(first ? "\n{\"name\":" : ",\n{\"name\":");
    JsonText.string(out, entry.text());
    out.append(",\"type\":\"").append(entry.isDirectory() ? "directory" : "file").append('"');
    FileStat stat = entry.stat();
    if (stat != null) {
      JsonText.member(out, "mtime", HttpDate.ofFile(stat.modifiedSeconds()));
      if (!entry.isDirectory()) {
        out.append(",\"size\":").append(stat.sizeBytes());
        out.append(",\"etag\":");
        JsonText.string(out, knowledge.entityTag(stat));
        String sha256 = knowledge.sha256(stat);
        if (sha256 != null) {
          out.append(",\"sha256\":\"").append(sha256).append('"');
        }
      }
    }
    out.append(",\"href\":");
    JsonText.string(out, entry.reference());
    out.append('}');
  }

  @Override
  public void end(StringBuilder out, Listing.Page page) {
    out.append("\n]\n");
  }
}
