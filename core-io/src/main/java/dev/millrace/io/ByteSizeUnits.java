package dev.millrace.io;

/** Units in which a size is printed. */
public enum ByteSizeUnits {
  /** Powers of 1000: kB, MB, GB, TB, PB, EB. */
  DECIMAL(1000, " kMGTPE", "B"),
  /** Powers of 1024: KiB, MiB, GiB, TiB, PiB, EiB. */
  BINARY(1024, " KMGTPE", "iB");

  final int base;
  final String prefixes;
  final String suffix;

  ByteSizeUnits(int base, String prefixes, String suffix) {
    this.base = base;
    this.prefixes = prefixes;
    this.suffix = suffix;
  }
}
