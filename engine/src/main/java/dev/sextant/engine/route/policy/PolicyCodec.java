package dev.sextant.engine.route.policy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Policies as bytes: a tag, then the parameters. */
final class PolicyCodec {
  private static final int MAX_DEPTH = 8;

  private PolicyCodec() {}

  static void write(DataOutputStream out, Policy policy) throws IOException {
    switch (policy) {
      case Policy.Fixed(var endpoint) -> {
        out.writeByte(0);
        out.writeUTF(endpoint);
      }
      case Policy.Priority() -> out.writeByte(1);
      case Policy.Weighted() -> out.writeByte(2);
      case Policy.RoundRobin() -> out.writeByte(3);
      case Policy.Cheapest() -> out.writeByte(4);
      case Policy.LowestLatency() -> out.writeByte(5);
      case Policy.LeastInFlight() -> out.writeByte(6);
      case Policy.Reward(var worth) -> numbers(out, 7, worth);
      case Policy.EpsilonMix(var inner, var epsilon) -> {
        numbers(out, 8, epsilon);
        write(out, inner);
      }
      case MultiFactor(var quality, var success, var cost, var latency, var load) ->
          numbers(out, 9, quality, success, cost, latency, load);
      case Threshold(var weak, var strong, var gain) -> {
        numbers(out, 10, gain);
        out.writeUTF(weak);
        out.writeUTF(strong);
      }
      case Cascade(var order, var gate) -> {
        numbers(out, 11, gate);
        out.writeInt(order.size());
        for (String endpoint : order) {
          out.writeUTF(endpoint);
        }
      }
      case Thompson(var worth, var draws, var floor) -> {
        numbers(out, 12, worth, floor);
        out.writeInt(draws);
      }
      case Policy.Scored(var endpoints, var values) -> {
        out.writeByte(13);
        out.writeInt(endpoints.size());
        for (int i = 0; i < endpoints.size(); i++) {
          out.writeUTF(endpoints.get(i));
          out.writeDouble(values.get(i));
        }
      }
    }
  }

  private static void numbers(DataOutputStream out, int tag, double... numbers) throws IOException {
    out.writeByte(tag);
    for (double number : numbers) {
      out.writeDouble(number);
    }
  }

  static Policy read(DataInputStream in) throws IOException {
    return read(in, 0);
  }

  private static Policy read(DataInputStream in, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException("policies nest more than " + MAX_DEPTH + " deep");
    }
    int tag = in.readUnsignedByte();
    return switch (tag) {
      case 0 -> new Policy.Fixed(in.readUTF());
      case 1 -> new Policy.Priority();
      case 2 -> new Policy.Weighted();
      case 3 -> new Policy.RoundRobin();
      case 4 -> new Policy.Cheapest();
      case 5 -> new Policy.LowestLatency();
      case 6 -> new Policy.LeastInFlight();
      case 7 -> new Policy.Reward(in.readDouble());
      case 8 -> {
        double epsilon = in.readDouble();
        yield new Policy.EpsilonMix(read(in, depth + 1), epsilon);
      }
      case 9 ->
          new MultiFactor(
              in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
      case 10 -> {
        double gain = in.readDouble();
        String weak = in.readUTF();
        yield new Threshold(weak, in.readUTF(), gain);
      }
      case 11 -> {
        double gate = in.readDouble();
        yield new Cascade(names(in), gate);
      }
      case 12 -> {
        double worth = in.readDouble();
        double floor = in.readDouble();
        yield new Thompson(worth, in.readInt(), floor);
      }
      case 13 -> scored(in);
      default -> throw new IOException("no policy has the tag " + tag);
    };
  }

  private static Policy scored(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > Situation.MAX_CANDIDATES) {
      throw new IOException("scores of " + count + " targets");
    }
    List<String> endpoints = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      endpoints.add(in.readUTF());
      values.add(in.readDouble());
    }
    return new Policy.Scored(endpoints, values);
  }

  private static List<String> names(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > Situation.MAX_CANDIDATES) {
      throw new IOException("a cascade of " + count + " targets");
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(in.readUTF());
    }
    return names;
  }
}
