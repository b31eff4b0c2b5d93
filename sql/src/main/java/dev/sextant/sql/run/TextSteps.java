package dev.sextant.sql.run;

import dev.sextant.engine.Session;
import dev.sextant.engine.cache.policy.CacheSimulation;
import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.embed.Embedding;
import dev.sextant.engine.embed.EmbeddingModel;
import dev.sextant.engine.embed.TokenSplitter;
import dev.sextant.engine.embed.chunk.Chunk;
import dev.sextant.engine.embed.chunk.Chunker;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.plan.EmbedBy;
import dev.sextant.sql.plan.Step;
import dev.sextant.sql.plan.SubSql;
import dev.sextant.storage.sqlite.SqliteStatement;
import dev.sextant.storage.vector.VectorCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs those steps of an execution that work on texts. */
final class TextSteps implements AutoCloseable {
  private final StepRunner run;
  private final Session session;
  private final List<Long> cuts = new ArrayList<>();

  TextSteps(StepRunner run) {
    this.run = run;
    this.session = run.functions().session();
  }

  /** Embeds texts that do not depend on rows. */
  void embed(Step.EmbedTexts step) {
    Map<EmbedBy, List<Step.EmbedTexts.Text>> groups = new LinkedHashMap<>();
    for (Step.EmbedTexts.Text text : step.texts()) {
      if (run.value(text.text()) != null) {
        groups.computeIfAbsent(text.by(), by -> new ArrayList<>()).add(text);
      }
    }
    groups.forEach(this::embed);
    tellCacheWarnings();
  }

  private void embed(EmbedBy by, List<Step.EmbedTexts.Text> texts) {
    EmbeddingModel model = SessionModels.cached(session, by);
    List<String> values =
        texts.stream()
            .map(text -> textOf(by, Objects.requireNonNull(run.value(text.text()))))
            .toList();
    List<Embedding> embeddings = model.embedAll(values, run.cancelled()::getAsBoolean);
    int truncated = 0;
    for (int i = 0; i < embeddings.size(); i++) {
      run.produce(texts.get(i).vector(), VectorCodec.encode(embeddings.get(i).vector()));
      truncated += embeddings.get(i).truncated() ? 1 : 0;
    }
    warnIfTruncated(truncated, embeddings.size(), model);
  }

  private static String textOf(EmbedBy by, Object value) {
    if (value instanceof byte[]) {
      String function = by.role().function().toUpperCase(java.util.Locale.ROOT);
      throw new SextantException(
          ErrorCode.INVALID_DATA, function + " expects a text but got bytes. Bind a text.");
    }
    return value.toString();
  }

  private void warnIfTruncated(int truncated, int total, EmbeddingModel model) {
    if (truncated > 0) {
      run.warn(
          truncated
              + " of "
              + total
              + " texts exceed the window of "
              + model.maxTokens()
              + " tokens of model "
              + model.name()
              + ": their ends were left out");
    }
  }

  /** Runs a procedure. */
  void call(Step.Call step) {
    Map<String, Object> arguments = new HashMap<>();
    run.readAll(
        step.values(),
        row -> {
          for (int i = 0; i < step.names().size(); i++) {
            Object value = value(row, i);
            if (value != null) {
              arguments.put(step.names().get(i), value);
            }
          }
        });
    Object result = new Procedures(session, step.procedure(), arguments).run();
    run.produce(step.result(), result);
    tellCacheWarnings();
  }

  private static @Nullable Object value(SqliteStatement row, int column) {
    return switch (row.type(column)) {
      case SqliteStatement.NULL -> null;
      case SqliteStatement.INTEGER -> row.getLong(column);
      case SqliteStatement.REAL -> row.getDouble(column);
      case SqliteStatement.BLOB -> row.getBlob(column);
      default -> row.getText(column);
    };
  }

  /** Cuts the distinct texts that rows hold. */
  void chunk(Step.ChunkTexts step) {
    Step.Cut cut = step.cut();
    EmbeddingModel model = SessionModels.model(session, cut.model());
    TokenSplitter tokens =
        model
            .tokenSplitter()
            .orElseThrow(
                () ->
                    new SextantException(
                        ErrorCode.FEATURE_NOT_SUPPORTED,
                        "Model \""
                            + model.name()
                            + "\" does not tell its tokens: name another in CHUNK(…, model =>"
                            + " 'name')."));
    Chunker chunker = new Chunker(cut.strategy(), whole(cut.size()), whole(cut.overlap()), tokens);
    Map<String, Long> numbers = new HashMap<>();
    List<Chunk> chunks = new ArrayList<>();
    StringBuilder rows = new StringBuilder("[");
    run.read(
        step.texts(),
        row -> {
          if (row.type(0) == SqliteStatement.BLOB) {
            throw new SextantException(
                ErrorCode.INVALID_DATA, "CHUNK expects a text but got bytes. Give it a text.");
          }
          String text = String.valueOf(row.getText(0));
          long number = numbers.size();
          if (numbers.putIfAbsent(text, number) == null) {
            for (Chunk chunk : chunker.chunk(text)) {
              rows.append(chunks.isEmpty() ? "" : ",").append(number);
              chunks.add(chunk);
            }
          }
        });
    long handle = run.functions().texts().keep(new TextFunctions.Cut(numbers, chunks));
    cuts.add(handle);
    run.produce(step.numbers(), handle);
    run.produce(step.chunks(), handle);
    run.produce(step.rows(), rows.append(']').toString());
  }

  private int whole(Step.WholeNumber number) {
    return Math.clamp(
        run.number(number.parameter(), number.value()), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** Asks simulated caches for keys. */
  void simulate(Step.SimulateCache step) {
    long size = run.number(step.size().parameter(), step.size().value());
    PolicyKind only = step.policy();
    List<PolicyKind> kinds = only == null ? List.of(PolicyKind.values()) : List.of(only);
    List<CacheSimulation> caches = new ArrayList<>();
    kinds.forEach(kind -> caches.add(new CacheSimulation(kind, size)));
    run.read(
        step.keys(),
        row -> {
          if (row.type(0) == SqliteStatement.INTEGER) {
            long key = row.getLong(0);
            caches.forEach(cache -> cache.request(key));
          } else {
            String key = String.valueOf(row.getText(0));
            caches.forEach(cache -> cache.request(key));
          }
        });
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < caches.size(); i++) {
      CacheSimulation cache = caches.get(i);
      rows.add(
          Arrays.asList(
              kinds.get(i).sqlName(), size, cache.requests(), cache.hits(), cache.hitRatio()));
    }
    run.produce(step.rows(), Json.rows(rows));
  }

  /** Forgets what the functions were given. */
  @Override
  public void close() {
    cuts.forEach(run.functions().texts()::release);
    cuts.clear();
  }

  private void tellCacheWarnings() {
    session.database().cache().warnings().takeUntold().forEach(run::warn);
  }

  /** Embeds the distinct texts that rows hold. */
  void embed(Step.EmbedRows step) {
    Set<String> texts = new LinkedHashSet<>();
    for (SubSql source : step.texts()) {
      run.read(source, row -> texts.add(String.valueOf(row.getText(0))));
    }
    EmbeddingModel model = SessionModels.cached(session, step.by());
    List<String> distinct = List.copyOf(texts);
    List<Embedding> embeddings = model.embedAll(distinct, run.cancelled()::getAsBoolean);
    Map<String, byte[]> vectors = new HashMap<>();
    int truncated = 0;
    for (int i = 0; i < distinct.size(); i++) {
      vectors.put(distinct.get(i), VectorCodec.encode(embeddings.get(i).vector()));
      truncated += embeddings.get(i).truncated() ? 1 : 0;
    }
    warnIfTruncated(truncated, distinct.size(), model);
    tellCacheWarnings();
    long handle =
        run.functions()
            .keepEmbeddings(
                text ->
                    vectors.computeIfAbsent(
                        text, late -> VectorCodec.encode(model.embed(late).vector())));
    run.produce(step.table(), run.kept(handle));
  }
}
