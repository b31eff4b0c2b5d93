package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.vector.Elapsed;
import dev.sextant.engine.vector.KnnRequest;
import dev.sextant.engine.vector.KnnResult;
import dev.sextant.engine.vector.RankFusion;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.StorageException;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One execution of a search by vector and by text. A side of weight 0 is not searched. */
final class HybridSearch {
  private static final long DEFAULT_CANDIDATES = 100;

  private final Step.Hybrid step;
  private final StepRunner runner;
  private final @Nullable Object[] frame;
  private final RankFusion fusion;
  private final int k;
  private final int candidates;

  HybridSearch(Step.Hybrid step, StepRunner runner) {
    this.step = step;
    this.runner = runner;
    this.frame = runner.frame();
    Step.Fusion given = step.fusion();
    fusion =
        new RankFusion(
            number(given.rrfK()), number(given.vectorWeight()), number(given.textWeight()));
    k = number("k", given.k(), 0);
    Step.WholeNumber count = given.candidates();
    candidates =
        count == null ? (int) Math.max(DEFAULT_CANDIDATES, k) : number("candidates", count, 1);
  }

  /** Keeps the rows found for the function that gives their columns. */
  void run(long snapshotSeq) {
    SessionFunctions functions = runner.tools().functions();
    Elapsed elapsed = Elapsed.by(functions.session().database().clock());
    KnnRequest request = request();
    KnnResult near = KnnResult.none();
    RankFusion.TextHits said = RankFusion.TextHits.none();
    if (k > 0 && fusion.vectorWeight() > 0 && frame[step.query()] instanceof byte[] query) {
      near = near(request.to(VectorCodec.decode(query)), snapshotSeq);
    }
    if (k > 0 && fusion.textWeight() > 0) {
      said = query().map(this::textHits).orElse(said);
    }
    List<RankFusion.Fused> rows = fusion.fuse(near, said, k);
    runner.done(
        new StepRunner.Actual(step, request.trace(), rows.size(), elapsed.nanos()), near.note());
    frame[step.rows()] = runner.kept(functions.keepFused(rows));
    frame[step.places()] = IntStream.range(0, rows.size()).boxed().toList().toString();
  }

  private KnnRequest request() {
    Step.Named named = step.named();
    String index = named.index();
    KnnRequest request =
        runner
            .prepared(
                KnnRequest.of(step.column(), step.metric(), new float[0], candidates),
                step.restriction())
            .withEf(runner.efSearch(named.efSearch()));
    return index == null ? request.exactly() : request.by(index);
  }

  private KnnResult near(KnnRequest request, long snapshotSeq) {
    Session session = runner.tools().functions().session();
    return session.database().vectors().search(session, snapshotSeq, request);
  }

  private Optional<String> query() {
    Object text = frame[step.text().text()];
    if (text instanceof byte[]) {
      throw new SextantException(
          ErrorCode.INVALID_DATA,
          "Argument text of hybrid_search expects a text but got bytes. Bind a text.");
    }
    return Optional.ofNullable(text)
        .map(Object::toString)
        .map(
            said ->
                switch (step.text().syntax()) {
                  case WORDS -> WordQuery.of(said);
                  case SIMPLE_WORDS -> WordQuery.ofSimple(said);
                  case FTS5 -> said.strip();
                })
        .filter(said -> !said.isEmpty());
  }

  private RankFusion.TextHits textHits(String query) {
    frame[step.text().match()] = query;
    frame[step.text().limit()] = (long) candidates;
    LongStream.Builder ids = LongStream.builder();
    DoubleStream.Builder scores = DoubleStream.builder();
    List<Integer> parameters = step.text().sql().parameters();
    SqliteStatement statement = runner.tools().statements().get(step.text().sql().sql());
    try {
      for (int i = 0; i < parameters.size(); i++) {
        statement.bind(i + 1, frame[parameters.get(i)]);
      }
      while (statement.step()) {
        ids.add(statement.getLong(0));
        scores.add(statement.getDouble(1));
      }
    } catch (StorageException failure) {
      throw explained(failure, query);
    } finally {
      statement.reset();
    }
    return new RankFusion.TextHits(ids.build().toArray(), scores.build().toArray());
  }

  /** What FTS5 says against a query comes as one of these kinds. */
  private RuntimeException explained(StorageException failure, String query) {
    return switch (failure.kind()) {
      case SYNTAX, UNKNOWN_COLUMN, DATA ->
          new SextantException(
              ErrorCode.SYNTAX,
              "FTS5 table \""
                  + step.text().table()
                  + "\" does not take the query '"
                  + query
                  + "': "
                  + failure.getMessage()
                  + (step.text().syntax() == Step.TextSyntax.FTS5
                      ? " Leave out text_syntax => 'fts5' to look for the words of any text."
                      : ""),
              failure);
      default -> failure;
    };
  }

  private int number(String name, Step.WholeNumber given, int least) {
    Object value = given.parameter() < 0 ? (Object) given.value() : frame[given.parameter()];
    if (value instanceof Number number && number.doubleValue() == number.longValue()) {
      if (number.longValue() >= least) {
        return (int) Math.min(number.longValue(), Integer.MAX_VALUE);
      }
      throw wrong(name, least + " or more", value);
    }
    throw wrong(name, "a whole number", value);
  }

  private double number(Step.Real given) {
    Object value = given.parameter() < 0 ? (Object) given.value() : frame[given.parameter()];
    if (value instanceof Number number
        && number.doubleValue() >= 0
        && number.doubleValue() < Double.POSITIVE_INFINITY) {
      return number.doubleValue();
    }
    throw wrong(given.name(), "a number, 0 or more", value);
  }

  private static SextantException wrong(String name, String expected, @Nullable Object value) {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "Argument " + name + " of hybrid_search expects " + expected + " but got " + value + ".");
  }
}
