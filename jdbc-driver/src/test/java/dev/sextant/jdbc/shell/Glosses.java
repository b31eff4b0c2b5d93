package dev.sextant.jdbc.shell;

import java.io.IOException;
import java.util.List;

/** The texts that the demo embeds, for the benchmarks. */
public final class Glosses {

  private Glosses() {}

  /** All of WordNet as the demo words it, each text once, in the order of the files. */
  public static List<String> texts() throws IOException {
    WordNet wordNet = WordNet.read();
    return wordNet.select(wordNet.size()).stream()
        .map(gloss -> gloss.word() + ": " + gloss.text())
        .distinct()
        .toList();
  }
}
