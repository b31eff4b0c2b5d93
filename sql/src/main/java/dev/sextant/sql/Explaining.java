package dev.sextant.sql;

import dev.sextant.sql.plan.Plan;
import dev.sextant.sql.run.Explanation;
import dev.sextant.sql.run.Json;
import dev.sextant.sql.run.StepMeter;
import dev.sextant.sql.run.StepRunner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** EXPLAIN, which with ANALYZE runs the statement to its last row. */
final class Explaining implements InnerRun {
  private final SqlSession owner;
  private final Plan plan;
  private final @Nullable PreparedSql run;

  Explaining(SqlSession owner, Plan.Explain explain) {
    this.owner = owner;
    this.plan = explain.explained();
    this.run = explain.analyze() ? new PreparedSql(owner, plan) : null;
  }

  @Override
  public int parameterCount() {
    return run == null ? 0 : run.parameterCount();
  }

  @Override
  public String run(@Nullable Object[] values, StepRunner.Tools tools) {
    if (run == null) {
      return Json.texts(new Explanation(owner.catalog(), tools, null).lines(plan));
    }
    for (int i = 0; i < values.length; i++) {
      run.bind(i + 1, values[i]);
    }
    StepMeter meter = new StepMeter(owner.engine()::nanoTime);
    run.trace(meter);
    StepMeter.Running whole = meter.whole();
    long count = run.runToEnd();
    StepMeter.Used total = whole.soFar();
    Explanation.Run ran = new Explanation.Run(run.actual(), meter, total.minus(meter.sum()), count);
    List<String> lines =
        new ArrayList<>(new Explanation(owner.catalog(), tools, ran).lines(run.plan()));
    lines.add("Total: " + count + " rows, " + Explanation.shown(total));
    return Json.texts(lines);
  }

  @Override
  public void stop() {
    if (run != null) {
      run.cancel();
    }
  }

  @Override
  public void close() {
    if (run != null) {
      run.close();
    }
  }
}
