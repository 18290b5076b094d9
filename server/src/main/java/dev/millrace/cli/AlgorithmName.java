package dev.millrace.cli;

import dev.millrace.digest.Algorithm;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the names of checksum tools, such as sha256, to algorithms. */
final class AlgorithmName implements ITypeConverter<Algorithm> {
  @Override
  public Algorithm convert(String name) {
    for (Algorithm algorithm : Algorithm.values()) {
      if (algorithm.suffix().equals(name)) {
        return algorithm;
      }
    }
    String names =
        Arrays.stream(Algorithm.values()).map(Algorithm::suffix).collect(Collectors.joining(", "));
    throw new TypeConversionException("'" + name + "' is not one of " + names);
  }
}
