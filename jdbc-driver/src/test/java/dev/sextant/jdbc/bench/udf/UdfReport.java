package dev.sextant.jdbc.bench.udf;

import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import dev.sextant.udf.linux.FilterCost;
import dev.sextant.udf.seccomp.FilterProgram;
import java.util.List;
import java.util.Locale;

/** The tables of the benchmark, as Markdown. */
final class UdfReport {
  private final StringBuilder out = new StringBuilder();

  private void line(String text) {
    out.append(text).append('\n');
  }

  void heading(int rows, int rounds) {
    line("# Functions in sandboxes");
    line("");
    line("Batches of " + String.format(Locale.ROOT, "%,d", rows) + " rows, or of 64 pairs of");
    line("vectors; copying in and out counts. The contenders of a group take turns, " + rounds);
    line("rounds; times are medians, in nanoseconds a row.");
    line("Made by: bin/sextant bench udf");
    line("");
    line("| | measured by | ns a row |");
    line("|---|---|---:|");
  }

  void row(String name, String by, double nanos) {
    line(String.format(Locale.ROOT, "| %s | %s | %.2f |", name, by, nanos));
  }

  void skipped(String what, String why) {
    line("| " + what + " | skipped | " + why + " |");
  }

  void filters(List<String> names, List<FilterProgram> programs, List<FilterCost.Cost> costs) {
    line("");
    line("## Filters of system calls");
    line("");
    line("What a filter adds to a system call, in nanoseconds of CPU time, the least of rounds in");
    line("turn, beside a thread without one. The kernel does not run a filter for a call that it");
    line("allows whatever the arguments are; prctl is allowed to name a thread, and little else.");
    line("");
    line("| | instructions | longest way | always allowed | arguments looked at |");
    line("|---|---:|---:|---:|---:|");
    for (int i = 0; i < names.size(); i++) {
      FilterProgram program = programs.get(i);
      line(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %.1f | %.1f |",
              names.get(i),
              program.instructions().size(),
              program.pathLengths().max(),
              costs.get(i).allowed(),
              costs.get(i).checked()));
    }
  }

  void end(Figures figures, Manifest manifest) {
    line("");
    out.append(figures.table(manifest));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
