package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.vector.Elapsed;
import dev.sextant.engine.vector.KnnRequest;
import dev.sextant.engine.vector.KnnResult;
import dev.sextant.sql.plan.Step;
import dev.sextant.storage.vector.VectorCodec;
import java.util.Arrays;
import java.util.OptionalDouble;

/** One execution of a search within a radius. */
final class RangeSearch {
  private final Step.Range step;
  private final StepRunner runner;

  RangeSearch(Step.Range step, StepRunner runner) {
    this.step = step;
    this.runner = runner;
  }

  /** Gives the ids of the rows found to their parameter. */
  void run(long snapshotSeq) {
    OptionalDouble radius = Radius.of(step.radius(), runner.frame());
    long[] ids = new long[0];
    if (radius.isPresent() && runner.frame()[step.query()] instanceof byte[] query) {
      ids = ids(VectorCodec.decode(query), radius.getAsDouble(), snapshotSeq);
    }
    runner.frame()[step.ids()] = Arrays.toString(ids);
  }

  private long[] ids(float[] query, double radius, long snapshotSeq) {
    Session session = runner.tools().functions().session();
    Elapsed elapsed = Elapsed.by(session.database().clock());
    KnnRequest request =
        runner.prepared(KnnRequest.of(step.column(), step.metric(), query, 0), step.others());
    KnnResult found = session.database().vectors().within(session, snapshotSeq, request, radius);
    long[] ids = found.rowids();
    runner.done(
        new StepRunner.Actual(step, request.trace(), ids.length, elapsed.nanos()), found.note());
    Arrays.sort(ids);
    return ids;
  }
}
