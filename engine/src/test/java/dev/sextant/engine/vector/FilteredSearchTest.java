package dev.sextant.engine.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sextant.storage.vector.Metric;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Which way a filtered search takes, and that any way gives min(k, matching) rows, the nearest. The
 * rows are the numbers from 1 to N and the distance is the number itself, so that the answer is the
 * first numbers that match.
 */
final class FilteredSearchTest {
  private static final int ROWS = 100_000;
  private static final VectorColumn COLUMN = new VectorColumn("t", "v", 1, "id", 1, false);
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

  /** A filter over numbers, which notes what it was asked. */
  private static final class Numbers implements RowRestriction {
    final LongPredicate predicate;
    final FilterStatistics statistics;
    final int key;
    boolean wholeTable;
    boolean keeps;
    long checked;
    long read;
    Optional<long[]> kept = Optional.empty();

    Numbers(LongPredicate predicate, FilterStatistics statistics, int key) {
      this.predicate = predicate;
      this.statistics = statistics;
      this.key = key;
    }

    @Override
    public Optional<long[]> ids(int most) {
      long[] ids = LongStream.rangeClosed(1, ROWS).filter(predicate).toArray();
      read += Math.min(ids.length, most);
      Optional<long[]> result = ids.length <= most ? Optional.of(ids) : Optional.empty();
      kept = keeps && result.isPresent() ? result : kept;
      return result;
    }

    @Override
    public Optional<long[]> knownIds() {
      return kept;
    }

    @Override
    public long[] matching(long[] candidates) {
      checked += candidates.length;
      return Arrays.stream(candidates).filter(predicate).toArray();
    }

    @Override
    public boolean keepsIds() {
      return keeps;
    }

    @Override
    public boolean checksRows() {
      return true;
    }

    @Override
    public boolean readsWholeTable() {
      return wholeTable;
    }

    @Override
    public FilterStatistics.Of statistics() {
      return statistics.of(key);
    }
  }

  private static KnnResult first(KnnRequest request) {
    long[] only = request.only();
    LongStream rows = only == null ? LongStream.rangeClosed(1, ROWS) : Arrays.stream(only);
    long[] ids = rows.limit(request.k()).toArray();
    return new KnnResult(ids, Arrays.stream(ids).asDoubleStream().toArray(), ids.length, null);
  }

  private static List<Long> search(Numbers filter, int k, boolean indexed) {
    KnnRequest request =
        KnnRequest.of(COLUMN, Metric.L2, new float[1], k).withEf(80).restricted(filter);
    FilterChoice.Situation situation =
        new FilterChoice.Situation(ROWS, indexed, k, Math.max(80, k), -1);
    KnnResult found =
        new FilteredSearch(request, situation, FilteredSearchTest::first, CLOCK).run();
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < found.rowids().length; i++) {
      assertThat(found.distances()[i]).isEqualTo((double) found.rowids()[i]);
      ids.add(found.rowids()[i]);
    }
    return ids;
  }

  private static List<Long> expected(LongPredicate predicate, int k) {
    return LongStream.rangeClosed(1, ROWS).filter(predicate).limit(k).boxed().toList();
  }

  @Test
  void anyFilterGivesTheNearestWhateverWasLearnedBefore() {
    Random random = new Random(5);
    FilterStatistics[] learned = {new FilterStatistics(), new FilterStatistics()};
    for (int run = 0; run < 400; run++) {
      int share = (int) Math.pow(10, random.nextInt(6));
      int from = random.nextInt(4) * ROWS / 4;
      LongPredicate predicate = id -> id % share == 0 && id >= from;
      boolean indexed = random.nextBoolean();
      Numbers filter = new Numbers(predicate, learned[indexed ? 0 : 1], random.nextInt(4));
      filter.wholeTable = random.nextInt(4) == 0;
      filter.keeps = random.nextBoolean();
      int k = 1 + random.nextInt(300);
      assertThat(search(filter, k, indexed)).isEqualTo(expected(predicate, k));
    }
  }

  @Test
  void aWeakFilterChecksFewRowsAndReadsNoIds() {
    FilterStatistics statistics = new FilterStatistics();
    for (int run = 0; run < 3; run++) {
      Numbers filter = new Numbers(id -> id % 10 != 3, statistics, 1);
      assertThat(search(filter, 10, true)).hasSize(10);
      assertThat(filter.read).isZero();
      assertThat(filter.checked).isLessThan(64);
    }
  }

  @Test
  void aStrongFilterReadsItsIdsAndChecksNothingOnceKnown() {
    FilterStatistics statistics = new FilterStatistics();
    LongPredicate predicate = id -> id % 2_500 == 0;
    assertThat(search(new Numbers(predicate, statistics, 1), 10, true)).hasSize(10);
    Numbers again = new Numbers(predicate, statistics, 1);
    assertThat(search(again, 10, true)).isEqualTo(expected(predicate, 10));
    assertThat(again.checked).isZero();
    assertThat(again.read).isEqualTo(40);
  }

  @Test
  void otherParametersChangeTheWay() {
    FilterStatistics statistics = new FilterStatistics();
    for (int run = 0; run < 2; run++) {
      Numbers strong = new Numbers(id -> id % 2_500 == 0, statistics, 1);
      assertThat(search(strong, 10, true)).hasSize(10);
      Numbers weak = new Numbers(id -> true, statistics, 2);
      assertThat(search(weak, 10, true)).hasSize(10);
      assertThat(weak.read).isLessThan(ROWS / 10);
    }
    Numbers weak = new Numbers(id -> true, statistics, 2);
    assertThat(search(weak, 10, true)).hasSize(10);
    assertThat(weak.read).isZero();
  }

  @Test
  void aRepeatedFilterWithoutAnIndexOfItsOwnReadsItsIdsOnce() {
    FilterStatistics statistics = new FilterStatistics();
    Numbers filter = new Numbers(id -> id % 20 == 0, statistics, 1);
    filter.wholeTable = true;
    filter.keeps = true;
    FilterChoice.Situation at = new FilterChoice.Situation(ROWS, true, 10, 80, -1);
    filter.statistics().checked(200, 10, 100_000);
    assertThat(FilterChoice.of(at, filter, Double.NaN).path())
        .isEqualTo(FilterChoice.Path.CANDIDATES);
    filter.statistics().spent(100_000_000);
    assertThat(FilterChoice.of(at, filter, Double.NaN).path())
        .isEqualTo(FilterChoice.Path.SURVIVORS);
    assertThat(search(filter, 10, true)).hasSize(10);
    assertThat(search(filter, 10, true)).hasSize(10);
    assertThat(filter.read).isEqualTo(ROWS / 20);
  }
}
