package dev.sextant.engine.route.policy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Situations as bytes, field by field. */
final class SituationCodec {
  private static final int MAX_NAMES = 4096;

  private SituationCodec() {}

  static void write(DataOutputStream out, Situation situation) throws IOException {
    out.writeLong(situation.turn());
    out.writeLong(situation.seed());
    Request request = situation.request();
    out.writeInt(request.promptTokens());
    out.writeInt(request.maxOutputTokens());
    Constraints demands = request.constraints();
    names(out, demands.models());
    names(out, demands.capabilities());
    names(out, demands.tried());
    number(out, demands.maxCostNanoUsd());
    number(out, demands.budgetLeftNanoUsd());
    number(out, demands.deadlineMillis());
    number(out, demands.minQuality());
    out.writeInt(situation.candidates().size());
    for (Candidate candidate : situation.candidates()) {
      write(out, candidate);
    }
  }

  private static void write(DataOutputStream out, Candidate candidate) throws IOException {
    out.writeUTF(candidate.endpoint());
    out.writeUTF(candidate.model());
    names(out, candidate.capabilities());
    out.writeInt(candidate.priority());
    out.writeDouble(candidate.weight());
    Limits limits = candidate.limits();
    number(out, limits.contextTokens());
    number(out, limits.outputTokens());
    number(out, limits.maxInFlight());
    number(out, limits.requestsLeft());
    number(out, limits.tokensLeft());
    Estimate estimate = candidate.estimate();
    number(out, estimate.quality());
    out.writeDouble(estimate.qualityError());
    number(out, estimate.costNanoUsd());
    number(out, estimate.maxCostNanoUsd());
    number(out, estimate.latencyMillis());
    Standing standing = candidate.standing();
    out.writeUTF(standing.health().name());
    out.writeInt(standing.inFlight());
    out.writeDouble(standing.successes());
    out.writeDouble(standing.failures());
  }

  static Situation read(DataInputStream in) throws IOException {
    long turn = in.readLong();
    long seed = in.readLong();
    int promptTokens = in.readInt();
    int outputTokens = in.readInt();
    Set<String> models = names(in);
    Set<String> capabilities = names(in);
    Set<String> tried = names(in);
    OptionalLong maxCost = longNumber(in);
    OptionalLong budget = longNumber(in);
    OptionalLong deadline = longNumber(in);
    OptionalDouble quality = doubleNumber(in);
    Constraints demands =
        new Constraints(models, capabilities, maxCost, budget, quality, deadline, tried);
    int count = in.readInt();
    if (count < 0 || count > Situation.MAX_CANDIDATES) {
      throw new IOException(count + " candidates");
    }
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      candidates.add(candidate(in));
    }
    return new Situation(new Request(promptTokens, outputTokens, demands), candidates, turn, seed);
  }

  // The arguments of a constructor are evaluated from left to right, as they were written.
  private static Candidate candidate(DataInputStream in) throws IOException {
    return new Candidate(
        in.readUTF(),
        in.readUTF(),
        names(in),
        in.readInt(),
        in.readDouble(),
        new Limits(intNumber(in), intNumber(in), intNumber(in), longNumber(in), longNumber(in)),
        new Estimate(
            doubleNumber(in), in.readDouble(), longNumber(in), longNumber(in), doubleNumber(in)),
        new Standing(
            Standing.Health.valueOf(in.readUTF()), in.readInt(), in.readDouble(), in.readDouble()));
  }

  private static void names(DataOutputStream out, Set<String> names) throws IOException {
    out.writeInt(names.size());
    for (String name : new TreeSet<>(names)) {
      out.writeUTF(name);
    }
  }

  private static Set<String> names(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MAX_NAMES) {
      throw new IOException(count + " names");
    }
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      names.add(in.readUTF());
    }
    return names;
  }

  private static void number(DataOutputStream out, OptionalLong number) throws IOException {
    out.writeBoolean(number.isPresent());
    if (number.isPresent()) {
      out.writeLong(number.getAsLong());
    }
  }

  private static void number(DataOutputStream out, OptionalInt number) throws IOException {
    out.writeBoolean(number.isPresent());
    if (number.isPresent()) {
      out.writeInt(number.getAsInt());
    }
  }

  private static void number(DataOutputStream out, OptionalDouble number) throws IOException {
    out.writeBoolean(number.isPresent());
    if (number.isPresent()) {
      out.writeDouble(number.getAsDouble());
    }
  }

  private static OptionalLong longNumber(DataInputStream in) throws IOException {
    return in.readBoolean() ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
  }

  private static OptionalInt intNumber(DataInputStream in) throws IOException {
    return in.readBoolean() ? OptionalInt.of(in.readInt()) : OptionalInt.empty();
  }

  private static OptionalDouble doubleNumber(DataInputStream in) throws IOException {
    return in.readBoolean() ? OptionalDouble.of(in.readDouble()) : OptionalDouble.empty();
  }
}
