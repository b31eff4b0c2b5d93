package dev.sextant.storage.numa.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdSetTest {
  @Property
  void listsAndMasksGiveBackEveryNumber(
      @ForAll Set<@IntRange(max = 2000) Integer> ids, @ForAll @IntRange(max = 2100) int width)
      throws MalformedIds {
    IdSet set = IdSet.of(ids);
    assertThat(IdSet.parseList(set.toString())).isEqualTo(set);
    assertThat(IdSet.parseMap(set.toMap(width))).isEqualTo(set);
    assertThat(set.toList()).containsExactlyElementsOf(new TreeSet<>(ids));
  }

  @Property
  void setsAreSets(
      @ForAll Set<@IntRange(max = 200) Integer> a, @ForAll Set<@IntRange(max = 200) Integer> b) {
    TreeSet<Integer> both = new TreeSet<>(a);
    both.retainAll(b);
    TreeSet<Integer> either = new TreeSet<>(a);
    either.addAll(b);
    TreeSet<Integer> rest = new TreeSet<>(a);
    rest.removeAll(b);
    assertThat(IdSet.of(a).intersect(IdSet.of(b)).toList()).containsExactlyElementsOf(both);
    assertThat(IdSet.of(a).union(IdSet.of(b)).toList()).containsExactlyElementsOf(either);
    assertThat(IdSet.of(a).minus(IdSet.of(b)).toList()).containsExactlyElementsOf(rest);
    assertThat(IdSet.of(a).containsAll(IdSet.of(b))).isEqualTo(a.containsAll(b));
  }

  @Property
  void stridesAreTheFirstOfEachGroup(
      @ForAll @IntRange(max = 100) int first,
      @ForAll @IntRange(max = 300) int length,
      @ForAll @IntRange(min = 1, max = 40) int group)
      throws MalformedIds {
    int used = 1 + (first + length) % group;
    String text = first + "-" + (first + length) + ":" + used + "/" + group;
    List<Integer> expected =
        IdSet.range(first, first + length).toList().stream()
            .filter(id -> (id - first) % group < used)
            .toList();
    assertThat(IdSet.parseList(text).toList()).isEqualTo(expected);
  }

  @Property
  void anyTextIsReadOrRefused(@ForAll String text) {
    try {
      assertThat(IdSet.parseList(text).end()).isLessThanOrEqualTo(IdSet.MAX_ID + 1);
    } catch (MalformedIds refused) {
      assertThat(refused).hasMessageContaining("expected");
    }
    try {
      assertThat(IdSet.parseMap(text).end()).isLessThanOrEqualTo(IdSet.MAX_ID + 1);
    } catch (MalformedIds refused) {
      assertThat(refused).hasMessageContaining("expected");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "'' | ''",
        "' \t' | ''",
        "3 | 3",
        "0-2,33-34,45,72-73 | 0-2,33-34,45,72-73",
        "' 1 , 3 - 4 ' | 1,3-4",
        "1,1,0-1 | 0-1",
        "0-31:2/8 | 0-1,8-9,16-17,24-25",
      })
  void readsLists(String text, String written) throws MalformedIds {
    assertThat(IdSet.parseList(text)).hasToString(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1, | \"\"",
        "3-1 | \"3-1\"",
        "-1 | \"-1\"",
        "a | \"a\"",
        "0-65536 | \"0-65536\"",
        "99999999999 | \"99999999999\"",
        "0-7:0/2 | \"0-7:0/2\"",
        "0-7:3/2 | \"0-7:3/2\"",
        "0-7:1/0 | \"0-7:1/0\"",
        "0x3 | \"0x3\"",
      })
  void refusesOtherLists(String text, String got) {
    assertThatThrownBy(() -> IdSet.parseList(text))
        .isInstanceOf(MalformedIds.class)
        .hasMessageEndingWith(" but got " + got);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | ''",
        "0 | ''",
        "3 | 0-1",
        "00000000,00000003 | 0-1",
        "80000000,00000000,00000001 | 0,95",
        "f,00000000 | 32-35",
        "FF | 0-7",
      })
  void readsMasks(String text, String written) throws MalformedIds {
    assertThat(IdSet.parseMap(text)).hasToString(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"123456789 | \"123456789\"", "g | \"g\"", "1,,1 | \"\"", "0x1 | \"0x1\""})
  void refusesOtherMasks(String text, String got) {
    assertThatThrownBy(() -> IdSet.parseMap(text))
        .isInstanceOf(MalformedIds.class)
        .hasMessageEndingWith(" but got " + got);
  }
}
