package dev.sextant.jdbc.bench.cache;

import dev.sextant.engine.cache.policy.WorkloadSample;
import dev.sextant.jdbc.bench.Figures;
import dev.sextant.jdbc.bench.Manifest;
import java.util.List;
import java.util.Locale;

/** The tables of the benchmark, as Markdown. */
final class CacheReport {
  private final StringBuilder out = new StringBuilder();

  private void line(String text) {
    out.append(text).append('\n');
  }

  void heading(int entries, int dimensions, int requests, int rounds) {
    line("# The embedding cache");
    line("");
    line(
        String.format(
            Locale.ROOT,
            "%,d vectors of %d floats, %,d bytes each; %,d requests a round, their keys after"
                + " Zipf's law with exponent %.2f;",
            entries,
            dimensions,
            4 * dimensions,
            requests,
            Requests.EXPONENT));
    line("one thread. Stores take turns, " + rounds + " rounds; times are medians of CPU time a");
    line("request. A hit finds the key, tells the policy, and reads the first float. Each request");
    line("brings a key of its own, 32 bytes; Chronicle Map and LMDB are asked by a number.");
    line("Made by: bin/sextant bench cache");
    line("");
  }

  void hits(List<Store> stores, List<double[]> passes) {
    line("## All in the cache");
    line("");
    line("| | ns a hit | bytes allocated a hit |");
    line("|---|---:|---:|");
    for (int i = 0; i < stores.size(); i++) {
      double[] pass = passes.get(i);
      line(
          String.format(
              Locale.ROOT, "| %s | %.0f | %.2f |", stores.get(i).name(), pass[0], pass[1]));
    }
    line("");
  }

  void mixed(List<Store> stores, List<double[]> passes) {
    line("## Room for a quarter, a tenth of the requests writes");
    line("");
    line("A write offers the vector of the request's key, so that others have to go.");
    line("");
    line("| | ns a request | bytes allocated | hits of reads |");
    line("|---|---:|---:|---:|");
    for (int i = 0; i < stores.size(); i++) {
      double[] pass = passes.get(i);
      line(
          String.format(
              Locale.ROOT,
              "| %s | %.0f | %.2f | %.1f %% |",
              stores.get(i).name(),
              pass[0],
              pass[1],
              100 * pass[2]));
    }
    line("");
  }

  void curve(int points, double nanos, WorkloadSample.Extent extent, double error) {
    line("## The miss-ratio curve");
    line("");
    line(
        "From the same requests, of a cache with room for a quarter, as it is sampled by default.");
    line("");
    line("| points | ns a request | keys sampled | bytes of heap | mean absolute error, points |");
    line("|---:|---:|---:|---:|---:|");
    line(
        String.format(
            Locale.ROOT,
            "| %d | %.1f | %,d of rate %.3f | %,d | %.2f |",
            points,
            nanos,
            extent.keys(),
            extent.rate(),
            extent.bytes(),
            error));
    line("");
  }

  void embedding(int texts) {
    line("## Embedding");
    line("");
    line(
        texts
            + " glosses of WordNet by all-minilm-l6-v2-q, without a cache; texts a second by the"
            + " clock, and microseconds");
    line("of all threads' CPU a text; medians of rounds in turn. As it ships, langchain4j lets");
    line("ONNX Runtime take a thread for each core of the machine, on one thread too: there it");
    line("does not count for the ratio, which is to the better of those that do.");
    line("");
    line("| threads | Sextant | langchain4j, one thread a run | langchain4j as shipped | ratio |");
    line("|---:|---:|---:|---:|---:|");
  }

  void embedded(int threads, List<EmbedBench.Rate> rates, double ratio) {
    StringBuilder row = new StringBuilder("| " + threads);
    for (EmbedBench.Rate rate : rates) {
      row.append(
          String.format(Locale.ROOT, " | %.0f, %.0f us", rate.perSecond(), rate.cpuMicros()));
    }
    line(row + String.format(Locale.ROOT, " | %.2f |", ratio));
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
