package dev.sextant.engine.embed.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sextant.engine.embed.EmbeddingModels;
import dev.sextant.engine.embed.TokenSplitter;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChunkerTest {
  private static final String SEED = "20260311";

  private static EmbeddingModels models = new EmbeddingModels(1);
  private static TokenSplitter tokens;

  @BeforeAll
  @BeforeContainer
  static void load() {
    models = new EmbeddingModels(1);
    tokens = models.defaultModel().tokenSplitter().orElseThrow();
  }

  @AfterAll
  @AfterContainer
  static void close() {
    models.close();
  }

  private static List<String> texts(ChunkStrategy strategy, int size, int overlap, String text) {
    return new Chunker(strategy, size, overlap, tokens)
        .chunk(text).stream().map(Chunk::text).toList();
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "a",
            "of",
            "word",
            "antidisestablishmentarianism",
            " ",
            "  ",
            "\n",
            "\n\n",
            "\t",
            ". ",
            "! ",
            "?\n",
            ",",
            "漢",
            "字",
            "😀",
            "é",
            "e\u0301",
            "\ud800",
            "\udc00",
            "\0",
            "\u00a0",
            "\u2029",
            "x1y2z3",
            "https://e.com/p?q=1",
            "Mr. Smith ",
            "3.14");
    return pieces.list().ofMaxSize(60).map(list -> String.join("", list));
  }

  @Property(tries = 400, seed = SEED, shrinking = ShrinkingMode.BOUNDED)
  void piecesWithoutTheirOverlapsAreTheText(
      @ForAll("texts") String text,
      @ForAll ChunkStrategy strategy,
      @ForAll @IntRange(min = 1, max = 12) int size,
      @ForAll @IntRange(min = 0, max = 11) int overlap) {
    int shared = overlap % size;
    List<Chunk> chunks = new Chunker(strategy, size, shared, tokens).chunk(text);
    StringBuilder whole = new StringBuilder();
    int covered = 0;
    for (int i = 0; i < chunks.size(); i++) {
      Chunk chunk = chunks.get(i);
      assertThat(chunk.ordinal()).isEqualTo(i);
      int start = text.offsetByCodePoints(0, chunk.start());
      int end = text.offsetByCodePoints(0, chunk.end());
      assertThat(text.substring(start, end)).isEqualTo(chunk.text()).isNotEmpty();
      assertThat(start).isLessThanOrEqualTo(covered);
      assertThat(end).isGreaterThan(covered);
      whole.append(text, covered, end);
      covered = end;
      assertThat(chunk.tokens()).isEqualTo(tokens.starts(chunk.text()).length);
      if (strategy.unit().equals("words")) {
        assertThat(Tiles.words(chunk.text()).count()).isLessThanOrEqualTo(size);
      }
    }
    assertThat(whole.toString()).isEqualTo(text);
    assertThat(chunks.isEmpty()).isEqualTo(text.isEmpty());
  }

  @Property(tries = 200, seed = SEED)
  void tokenStartsAreAscendingPlacesOfTheText(@ForAll("texts") String text) {
    int[] starts = tokens.starts(text);
    for (int i = 0; i < starts.length; i++) {
      assertThat(starts[i]).isBetween(i == 0 ? 0 : starts[i - 1], text.length() - 1);
    }
  }

  @Test
  void tokensStartWhereTheTokenizerSaysAlsoBehindLettersOfManyBytes() {
    assertThat(tokens.starts("naïve café 漢字 😀 x")).containsExactly(0, 6, 11, 12, 14, 17);
    assertThat(tokens.starts("\ud800 x")).endsWith(2);
    assertThat(tokens.starts("embeddings")).hasSizeGreaterThan(1).startsWith(0);
    assertThat(tokens.starts("")).isEmpty();
  }

  @Test
  void wordsOverlap() {
    assertThat(texts(ChunkStrategy.WORDS, 3, 1, "a b c d e")).containsExactly("a b c ", "c d e");
    assertThat(texts(ChunkStrategy.WORDS, 3, 1, "a b c d")).containsExactly("a b c ", "c d");
    assertThat(texts(ChunkStrategy.WORDS, 3, 2, "a b c d")).containsExactly("a b c ", "b c d");
    assertThat(texts(ChunkStrategy.WORDS, 2, 0, "  a\n b  c ")).containsExactly("  a\n b  ", "c ");
    assertThat(texts(ChunkStrategy.WORDS, 5, 4, "one")).containsExactly("one");
    assertThat(texts(ChunkStrategy.WORDS, 1, 0, "漢字 a")).containsExactly("漢", "字 ", "a");
    assertThat(texts(ChunkStrategy.WORDS, 5, 0, " \n ")).containsExactly(" \n ");
  }

  @Test
  void sentencesStayWholeWhereTheyFit() {
    String text = "One two three. Four five. Six seven eight nine. Ten!";
    assertThat(texts(ChunkStrategy.SENTENCES, 5, 0, text))
        .containsExactly("One two three. Four five. ", "Six seven eight nine. Ten!");
    assertThat(texts(ChunkStrategy.SENTENCES, 4, 0, text))
        .containsExactly("One two three. ", "Four five. ", "Six seven eight nine. ", "Ten!");
    assertThat(texts(ChunkStrategy.SENTENCES, 3, 0, text))
        .containsExactly("One two three. ", "Four five. ", "Six seven eight ", "nine. ", "Ten!");
  }

  @Test
  void tokensAreCutBetweenWordsUnlessAWordIsLonger() {
    String text = "plain words and antidisestablishmentarianism here";
    int[] starts = tokens.starts(text);
    List<Chunk> chunks = new Chunker(ChunkStrategy.TOKENS, 4, 0, tokens).chunk(text);
    assertThat(chunks.getFirst().text()).isEqualTo("plain words and ");
    assertThat(chunks.stream().mapToInt(Chunk::tokens).sum()).isGreaterThanOrEqualTo(starts.length);
    assertThat(chunks).hasSizeGreaterThan(3);
    String plain = "the cat sat on the mat and looked at the dog ".repeat(20);
    assertThat(new Chunker(ChunkStrategy.TOKENS, 16, 4, tokens).chunk(plain))
        .allSatisfy(chunk -> assertThat(chunk.tokens()).isLessThanOrEqualTo(16));
  }

  @Test
  void recursiveCutsAtTheCoarsestLevelThatFits() {
    String text =
        """
        First paragraph, short.

        Second paragraph. It has two sentences and is somewhat longer than the first one.
        It has two lines.

        Third.
        """;
    assertThat(texts(ChunkStrategy.RECURSIVE, 200, 0, text)).containsExactly(text);
    assertThat(texts(ChunkStrategy.RECURSIVE, 20, 0, text))
        .containsExactly(
            "First paragraph, short.\n\n",
            "Second paragraph. It has two sentences and is somewhat longer than the first one.\n",
            "It has two lines.\n\n",
            "Third.\n");
    assertThat(texts(ChunkStrategy.RECURSIVE, 12, 0, text).get(1)).isEqualTo("Second paragraph. ");
  }

  @Test
  void argumentsOutOfTheirRangesAreRefused() {
    refused(() -> new Chunker(ChunkStrategy.WORDS, 0, 0, tokens), "size of at least 1 but got 0");
    refused(() -> new Chunker(ChunkStrategy.WORDS, -5, 0, tokens), "size of at least 1 but got -5");
    refused(() -> new Chunker(ChunkStrategy.WORDS, 5, 5, tokens), "from 0 to 4");
    refused(() -> new Chunker(ChunkStrategy.WORDS, 5, -1, tokens), "but got -1");
    refused(() -> ChunkStrategy.of("word"), "did you mean \"words\"?");
    assertThat(ChunkStrategy.of(" Recursive")).isEqualTo(ChunkStrategy.RECURSIVE);
    for (ChunkStrategy strategy : ChunkStrategy.values()) {
      assertThat(texts(strategy, 5, 2, "")).isEmpty();
    }
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SextantException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageContaining(message);
  }

  @Test
  void aLongTextIsCutInReasonableTime() {
    char[] word = new char[200_000];
    Arrays.fill(word, 'x');
    String text = new String(word) + " " + "word and ".repeat(50_000);
    for (ChunkStrategy strategy : ChunkStrategy.values()) {
      List<Chunk> chunks = new Chunker(strategy, 200, 20, tokens).chunk(text);
      assertThat(chunks.getLast().end()).isEqualTo(text.length());
    }
  }
}
