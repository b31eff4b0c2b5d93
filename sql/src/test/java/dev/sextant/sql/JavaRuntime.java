package dev.sextant.sql;

import dev.sextant.udf.Column;
import dev.sextant.udf.FunctionDefinition;
import dev.sextant.udf.FunctionRuntime;
import dev.sextant.udf.UdfException;
import dev.sextant.udf.UdfException.Failure;
import dev.sextant.udf.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Functions in plain Java, whose source names one of a few, and which count what is done. */
final class JavaRuntime implements FunctionRuntime {
  final AtomicInteger prepared = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger instances = new AtomicInteger();
  final AtomicInteger rows = new AtomicInteger();
  final List<Integer> batches = new ArrayList<>();
  final CountDownLatch blocked = new CountDownLatch(1);
  volatile boolean closed;

  @Override
  public Prepared prepare(FunctionDefinition function) {
    Function<List<@Nullable Object>, @Nullable Object> body = body(function);
    prepared.incrementAndGet();
    return new Prepared() {
      @Override
      public Instance open() {
        open.incrementAndGet();
        instances.incrementAndGet();
        return new Running(function, body);
      }

      @Override
      public void close() {
        prepared.decrementAndGet();
      }
    };
  }

  private Function<List<@Nullable Object>, @Nullable Object> body(FunctionDefinition function) {
    return switch (function.source().strip()) {
      case "slug" -> a -> a.getFirst() == null ? null : slug(a.getFirst().toString());
      case "square" -> a -> a.getFirst() instanceof Long n ? n * n : null;
      case "not 13" ->
          a -> {
            if (Long.valueOf(13).equals(a.getFirst())) {
              throw new UdfException(Failure.TRAP, "Function hates 13.");
            }
            return a.getFirst();
          };
      case "length" -> a -> a.getFirst() instanceof byte[] v ? (long) v.length / 4 : null;
      case "block" -> _ -> blocked();
      default ->
          throw new UdfException(
              Failure.DEFINITION, "Function " + function.signature() + " has no such source.");
    };
  }

  private static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  private Object blocked() {
    blocked.countDown();
    try {
      new CountDownLatch(1).await();
      return 0L;
    } catch (InterruptedException cancelled) {
      throw new UdfException(Failure.CANCELLED, "The statement was cancelled.", cancelled);
    }
  }

  private final class Running implements Instance {
    private final FunctionDefinition function;
    private final Function<List<@Nullable Object>, @Nullable Object> body;
    private long calls;

    Running(FunctionDefinition function, Function<List<@Nullable Object>, @Nullable Object> body) {
      this.function = function;
      this.body = body;
    }

    @Override
    public void call(List<Column> arguments, int count, Column result) {
      if (count > function.profile().limits().batchRows()) {
        throw new IllegalStateException("a batch of " + count);
      }
      batches.add(count);
      rows.addAndGet(count);
      calls = count;
      for (int row = 0; row < count; row++) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Column column : arguments) {
          values.add(value(column, row));
        }
        switch (body.apply(values)) {
          case null -> result.addNull();
          case Long number -> result.addLong(number);
          case Object text -> result.addText(text.toString());
        }
      }
    }

    private static @Nullable Object value(Column column, int row) {
      if (column.isNull(row)) {
        return null;
      }
      return column.type() == ValueType.INTEGER
          ? (Object) column.getLong(row)
          : column.type() == ValueType.TEXT ? column.getText(row) : column.getBytes(row);
    }

    @Override
    public long fuelUsed() {
      return calls;
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
