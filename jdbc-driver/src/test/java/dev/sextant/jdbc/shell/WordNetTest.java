package dev.sextant.jdbc.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordNetTest {

  @Test
  void readsAllFiles() throws IOException {
    WordNet wordNet = WordNet.read();
    assertThat(wordNet.size()).isEqualTo(117_791);
    List<WordNet.Gloss> all = wordNet.select(Integer.MAX_VALUE);
    assertThat(all).hasSize(117_791);
    assertThat(all.getFirst().id()).isEqualTo(1);
    assertThat(all.getFirst().word()).isEqualTo("entity");
    assertThat(all.getLast().id()).isEqualTo(117_791);
    assertThat(all).allSatisfy(gloss -> assertThat(gloss.text()).isNotBlank());
    assertThat(all.stream().map(gloss -> gloss.lexname().name()).distinct()).hasSize(45);
    assertThat(all)
        .filteredOn(gloss -> gloss.word().equals("owl"))
        .singleElement()
        .satisfies(
            owl -> {
              assertThat(owl.lexname().name()).isEqualTo("noun.animal");
              assertThat(owl.lexname().pos()).isEqualTo("noun");
              assertThat(owl.text()).startsWith("nocturnal bird of prey");
            });
  }

  @Test
  void aSelectionIsEvenAndPartOfEveryLargerOne() throws IOException {
    WordNet wordNet = WordNet.read();
    List<WordNet.Gloss> small = wordNet.select(3_000);
    assertThat(small).hasSize(3_000).isEqualTo(wordNet.select(3_000));
    assertThat(wordNet.select(10_000)).containsAll(small);
    Map<String, Long> byPos =
        small.stream()
            .collect(Collectors.groupingBy(g -> g.lexname().pos(), Collectors.counting()));
    assertThat(byPos.get("noun")).isBetween(2_000L, 2_200L);
    assertThat(byPos.get("verb")).isBetween(300L, 400L);
    assertThat(byPos.get("adj")).isBetween(400L, 520L);
    assertThat(byPos.get("adv")).isBetween(70L, 120L);
  }

  @Test
  void wordsLoseTheirMarkersAndUnderscores() throws IOException {
    WordNet.Gloss gloss =
        WordNet.parse(
            7, "00013662 00 a 02 in_the_flesh(p) 0 alive(p) 1 000 | being there; \"he came\"  ");
    assertThat(gloss)
        .isEqualTo(
            new WordNet.Gloss(
                7,
                new WordNet.LexName("adj.all", "all adjective clusters"),
                "in the flesh",
                "being there; \"he came\""));
  }

  @Test
  void aLineOfAnotherFormatIsRefused() {
    assertThatThrownBy(() -> WordNet.parse(1, "entity n 1 1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("entity n 1 1");
  }

  @Test
  void classesAreFortyFive() {
    assertThat(WordNet.lexNames()).hasSize(45).doesNotHaveDuplicates();
  }
}
