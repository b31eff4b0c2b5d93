package dev.sextant.engine.route.optimize;

import dev.sextant.engine.route.optimize.PromptModel.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/*
 * The grounded proposer of MIPROv2: a model that writes an instruction is shown a summary of the
 * examples, which was made of observations on some at a time, the prompt to improve, some
 * demonstrations, and a tip drawn at random, so that what is written differs. Each is asked for at
 * temperature 1, as a rollout of its own. What is empty, too long or a repetition is left out.
 */
/** Has instructions written. */
final class Proposer {
  private static final int BATCH = 10;
  private static final int BATCHES = 3;
  private static final int SHOWN = 3;
  private static final int LONGEST = 4_000;

  private static final List<Map.Entry<String, String>> TIPS =
      List.of(
          Map.entry("none", ""),
          Map.entry("creative", "Be creative: look at the task in a way nobody expects."),
          Map.entry("simple", "Keep it plain and to the point."),
          Map.entry("description", "Be thorough and say exactly what is wanted."),
          Map.entry("high_stakes", "Name a situation in which a wrong answer would be costly."),
          Map.entry("persona", "Say which expert the model is to answer as."));

  private final Asking asking;
  private final List<Example> train;
  private final SplittableRandom random;

  Proposer(Asking asking, List<Example> train, SplittableRandom random) {
    this.asking = asking;
    this.train = train;
    this.random = random;
  }

  /** So many instructions at most; the first is the base prompt's own. */
  List<Instruction> instructions(int count, List<List<Demonstration>> sets) throws OutOfBudget {
    List<Instruction> instructions = new ArrayList<>();
    instructions.add(new Instruction(asking.form().instruction(), "base"));
    if (count == 1) {
      return instructions;
    }
    String summary = summary();
    for (int i = 1; i < count; i++) {
      var tip = TIPS.get(random.nextInt(TIPS.size()));
      String question = request(summary, sets.get(i % sets.size()), tip.getValue());
      String text = cleaned(ask(question, i));
      boolean known = instructions.stream().anyMatch(one -> one.text().equals(text));
      if (!text.isEmpty() && text.length() <= LONGEST && !known) {
        instructions.add(new Instruction(text, tip.getKey()));
      }
    }
    return instructions;
  }

  private String ask(String text, int rollout) throws OutOfBudget {
    Question question = new Question(text, 1, rollout);
    return asking.purse().ask(asking.proposer(), List.of(question)).getFirst().text();
  }

  private String summary() throws OutOfBudget {
    StringBuilder observations = new StringBuilder();
    for (int batch = 0; batch < BATCHES && batch * BATCH < train.size(); batch++) {
      int end = Math.min(train.size(), (batch + 1) * BATCH);
      StringBuilder text = new StringBuilder();
      text.append("Here are examples of a task, each an input and the answer wanted.\n\n");
      for (Example example : train.subList(batch * BATCH, end)) {
        text.append(shown(new Demonstration(example.input(), example.expected(), false)));
      }
      if (!observations.isEmpty()) {
        text.append("Observed so far:\n").append(observations).append('\n');
      }
      text.append(
          "Write down, in a few sentences, what holds for these examples: subjects, form of the"
              + " answers, difficulties. Add only what was not observed so far.");
      observations.append(ask(text.toString(), batch).strip()).append('\n');
    }
    return ask(
            "Observations on a set of examples:\n"
                + observations
                + "\nSum them up in two or three sentences.",
            0)
        .strip();
  }

  private String shown(Demonstration demonstration) {
    return asking.form().shown(demonstration) + "\n\n";
  }

  private String request(String summary, List<Demonstration> set, String tip) {
    StringBuilder text = new StringBuilder();
    text.append("You write the instruction at the head of a prompt for a language model.\n\n");
    text.append("The examples of the task: ").append(summary).append("\n\n");
    String base = asking.form().instruction();
    if (!base.isEmpty()) {
      text.append("The instruction so far:\n").append(base).append("\n\n");
    }
    if (!set.isEmpty()) {
      text.append("Some examples:\n\n");
      set.stream().limit(SHOWN).map(this::shown).forEach(text::append);
    }
    if (!tip.isEmpty()) {
      text.append("Tip: ").append(tip).append('\n');
    }
    return text.append(
            "Write a better instruction. Answer with nothing but its text; the input is put below"
                + " it.")
        .toString();
  }

  /** Without what models put around an answer: fences, quotes, a label. */
  private static String cleaned(String answer) {
    String text = answer.strip();
    if (text.startsWith("```") && text.endsWith("```") && text.length() >= 6) {
      int line = text.indexOf('\n');
      text = line < 0 ? text : text.substring(line + 1, text.length() - 3).strip();
    }
    text =
        text.replaceFirst("(?i)^(the |a )?(better |new |improved |proposed )*instruction: *", "");
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return (quoted ? text.substring(1, text.length() - 1) : text).strip();
  }
}
