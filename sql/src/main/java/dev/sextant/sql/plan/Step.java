package dev.sextant.sql.plan;

import dev.sextant.engine.cache.policy.PolicyKind;
import dev.sextant.engine.embed.chunk.ChunkStrategy;
import dev.sextant.engine.vector.FilterStatistics;
import dev.sextant.engine.vector.VectorColumn;
import dev.sextant.storage.vector.Metric;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What runs before a compiled statement goes to SQLite: each step gives parameters their values.
 */
public sealed interface Step {

  /** Embeds texts that do not depend on rows. */
  record EmbedTexts(List<Text> texts) implements Step {
    /**
     * One text.
     *
     * @param text the parameter that holds it
     * @param vector the parameter that takes its vector
     */
    public record Text(EmbedBy by, int text, int vector) {}
  }

  /**
   * Embeds the distinct texts that rows hold, so that SQLite finds their vectors ready.
   *
   * @param table the parameter that names the prepared vectors
   * @param texts statements that give the texts in their only column
   */
  record EmbedRows(EmbedBy by, int table, List<SubSql> texts) implements Step {}

  /**
   * Runs a procedure.
   *
   * @param names of the arguments that are given
   * @param values gives them in one row, NULL for none
   * @param result the parameter that takes the result
   */
  record Call(Procedure procedure, List<String> names, SubSql values, int result) implements Step {}

  /**
   * Cuts texts into chunks.
   *
   * @param texts gives the texts, perhaps some of them several times
   * @param numbers the parameter that names the numbers of the texts
   * @param rows the parameter that takes the number of each chunk's text, as a JSON array
   * @param chunks the parameter that names the chunks
   */
  record ChunkTexts(SubSql texts, Cut cut, int numbers, int rows, int chunks) implements Step {}

  /**
   * How texts are cut.
   *
   * @param model whose tokens are counted; null for the default model
   */
  record Cut(
      ChunkStrategy strategy, WholeNumber size, WholeNumber overlap, @Nullable String model) {}

  /**
   * Runs a stream of keys through caches that hold no more than the keys.
   *
   * @param keys gives them in order
   * @param policy null for all
   * @param size how many keys a cache holds
   * @param rows the parameter that takes the result, as JSON
   */
  record SimulateCache(SubSql keys, @Nullable PolicyKind policy, WholeNumber size, int rows)
      implements Step {}

  /** Does something with chat models. */
  record Routing(RouteWork work) implements Step {}

  /** Gives the rows of one of Sextant's own tables as JSON. */
  record SystemRows(String name, int rows) implements Step {}

  /**
   * Tells with which arguments a user's function will be called, so that many rows go to one call.
   *
   * @param function its name
   * @param arguments statements whose columns are the arguments of a call each
   */
  record ExpectCalls(String function, List<SubSql> arguments) implements Step {}

  /** Computes a vector that SQLite has to be asked for. */
  record QueryVector(SubSql sql, int vector) implements Step {}

  /**
   * Finds the rows nearest to a vector.
   *
   * @param column the column searched
   * @param query the parameter that holds the vector
   * @param limit how many rows, and how many to skip
   * @param restriction the only rows to find; null for all rows
   * @param ids the parameter that takes the ids found, as JSON
   * @param distances the parameter that names their distances
   * @param named the index that has to be searched; null where any may be
   */
  record Knn(
      VectorColumn column,
      Metric metric,
      int query,
      Limit limit,
      @Nullable Restriction restriction,
      int ids,
      int distances,
      @Nullable Named named)
      implements Step {}

  /** Computes a value that SQLite has to be asked for. */
  record Value(SubSql sql, int parameter) implements Step {}

  /**
   * Finds rows by a vector and by a text, and fuses both lists by rank.
   *
   * @param query the parameter that holds the vector
   * @param restriction the only rows to find; null for all rows
   * @param places the parameter that takes the places of the rows found, from 0, as JSON
   * @param rows the parameter that names the rows found
   */
  record Hybrid(
      VectorColumn column,
      Metric metric,
      int query,
      Named named,
      @Nullable Restriction restriction,
      FullText text,
      Fusion fusion,
      int places,
      int rows)
      implements Step {}

  /**
   * A search by text.
   *
   * @param table the FTS5 table
   * @param text the parameter that holds what the user looks for
   * @param syntax of that text
   * @param sql gives row ids and BM25, best first
   * @param match the parameter of {@code sql} that takes the query of FTS5's
   * @param limit the parameter of {@code sql} that takes how many rows are wanted
   */
  record FullText(String table, int text, TextSyntax syntax, SubSql sql, int match, int limit) {}

  /** How a text tells what to look for. */
  enum TextSyntax {
    /** By its words. */
    WORDS,
    /** By its words, cut where FTS5's tokenizer would cut them, since phrases cannot be found. */
    SIMPLE_WORDS,
    /** In FTS5's own syntax. */
    FTS5
  }

  /**
   * How two lists become one.
   *
   * @param k how many rows to give
   * @param candidates how many rows of each list to take; null for 100, or {@code k} if that is
   *     more
   */
  record Fusion(
      WholeNumber k,
      @Nullable WholeNumber candidates,
      Real rrfK,
      Real vectorWeight,
      Real textWeight) {}

  /**
   * Finds the rows nearest to each of many vectors.
   *
   * @param queries gives the vectors, perhaps some of them several times
   * @param hits the parameter that takes the rows found, as a JSON array of query number and id
   * @param distances the parameter that names their distances, by their place in that array
   * @param numbers the parameter that names the numbers of the queries
   */
  record KnnJoin(
      VectorColumn column,
      Metric metric,
      SubSql queries,
      Limit limit,
      @Nullable Restriction restriction,
      int hits,
      int distances,
      int numbers,
      Named named)
      implements Step {}

  /** Rows about placement, as JSON. */
  record NumaRows(NumaQuery query, int rows) implements Step {}

  /**
   * Measures the recall of an index.
   *
   * @param share the parameter that takes it
   */
  record MeasureRecall(
      String index,
      VectorColumn column,
      Metric metric,
      WholeNumber samples,
      WholeNumber k,
      int share)
      implements Step {}

  /**
   * What a query names to be searched.
   *
   * @param index its name; null where the column was named and all its vectors are compared
   * @param efSearch candidates to keep; 0 for the session's setting
   */
  record Named(@Nullable String index, WholeNumber efSearch) {}

  /**
   * A number or a parameter.
   *
   * @param value used where {@code parameter} is -1
   */
  record WholeNumber(long value, int parameter) {}

  /**
   * A number or a parameter.
   *
   * @param name of the argument that gives it
   * @param value used where {@code parameter} is -1
   */
  record Real(String name, double value, int parameter) {}

  /**
   * A condition that a number of the row lies in a range whose ends are parameters.
   *
   * @param numbers gives key and number of the rows that fulfil all other conditions
   * @param low where the range begins; null where it does not
   * @param high where it ends; null where it does not
   */
  record NumberRange(SubSql numbers, @Nullable End low, @Nullable End high) {}

  /** An end of a range: a parameter, and whether it is in the range itself. */
  record End(int parameter, boolean inclusive) {}

  /**
   * The rows that the rest of a query lets through.
   *
   * @param all gives the keys of all of them, perhaps more than once
   * @param check gives those among candidates; null where the form of the query allows no check
   * @param candidates the parameter of {@code check} that takes the candidates' keys, as JSON
   * @param lasting whether the same parameters give the same keys until the database changes
   * @param statistics what executions learn
   * @param bound the condition among these on the distance itself; null where there is none
   * @param range the condition among these that alone has parameters; null where it is no range
   */
  record Restriction(
      SubSql all,
      @Nullable SubSql check,
      int candidates,
      boolean lasting,
      FilterStatistics statistics,
      @Nullable Bound bound,
      @Nullable NumberRange range) {
    /** The same rows, with a bound of the distance among the conditions. */
    public Restriction boundBy(Bound distance) {
      return new Restriction(all, check, candidates, lasting, statistics, distance, range);
    }
  }

  /**
   * A condition on the distance that a search orders by. Where its vector is the one that is
   * searched for, the search needs not fulfil it: the rows found are cut off behind the radius.
   *
   * @param query the parameter that holds its vector
   * @param rest the other conditions; null where there are none
   */
  record Bound(int query, Radius radius, @Nullable Restriction rest) {}

  /**
   * The greatest distance of the rows that a query wants.
   *
   * @param parameter holds it: any value, since SQLite compares numbers with anything
   * @param inclusive whether rows at that very distance are wanted
   */
  record Radius(int parameter, boolean inclusive) {}

  /**
   * Finds all rows within a distance.
   *
   * @param query the parameter that holds the vector
   * @param others what else the rows have to fulfil, which the rows found need not; null where
   *     nothing is known
   * @param ids the parameter that takes the ids found, ascending, as JSON
   */
  record Range(
      VectorColumn column,
      Metric metric,
      int query,
      Radius radius,
      @Nullable Restriction others,
      int ids)
      implements Step {}

  /**
   * LIMIT and OFFSET, each a number or a parameter.
   *
   * @param count rows to give; used where {@code countParameter} is -1
   * @param offset rows to skip; used where {@code offsetParameter} is -1
   */
  record Limit(long count, int countParameter, long offset, int offsetParameter) {}
}
