package dev.sextant.engine.route.client;

import dev.sextant.engine.http.JsonObject;
import dev.sextant.engine.http.JsonText;
import dev.sextant.engine.route.define.Endpoint.Kind;
import dev.sextant.engine.route.define.ErrorClass;
import dev.sextant.engine.route.price.Usage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is sent and what comes back, in the two forms that servers speak: OpenAI's chat completions
 * (local servers, too) and Anthropic's messages.
 */
final class ChatFormat {
  private static final int MAX_MESSAGE = 200;

  private ChatFormat() {}

  /** The path behind the address. */
  static String path(Kind kind) {
    return kind == Kind.ANTHROPIC ? "/messages" : "/chat/completions";
  }

  /** The body of a request. */
  static String body(ChatRequest request) {
    boolean anthropic = request.endpoint().kind() == Kind.ANTHROPIC;
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", request.endpoint().remoteModel());
    body.put("max_tokens", request.maxOutputTokens());
    request.temperature().ifPresent(value -> body.put("temperature", value));
    List<Object> messages = new ArrayList<>();
    if (!request.system().isEmpty()) {
      if (anthropic) {
        body.put("system", request.system());
      } else {
        messages.add(message("system", request.system()));
      }
    }
    messages.add(message("user", request.prompt()));
    body.put("messages", messages);
    return JsonText.write(body);
  }

  private static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }

  /**
   * The answer that a body holds.
   *
   * @throws ChatFailure {@link ErrorClass#INVALID_RESPONSE} where it holds none, {@link
   *     ErrorClass#CONTENT_FILTER} where the model refused
   */
  static ChatAnswer answer(Kind kind, String body) throws ChatFailure {
    Optional<JsonObject> parsed;
    try {
      parsed = JsonObject.of("The answer", JsonText.parse(body));
    } catch (JsonText.Malformed malformed) {
      throw invalid("is no JSON: " + malformed.getMessage());
    }
    JsonObject answer = parsed.orElseThrow(() -> invalid("is no JSON object"));
    return kind == Kind.ANTHROPIC ? anthropic(answer) : openAi(answer);
  }

  private static ChatFailure invalid(String what) {
    return ChatFailure.of(ErrorClass.INVALID_RESPONSE, "sent an answer that " + what);
  }

  private static ChatAnswer openAi(JsonObject answer) throws ChatFailure {
    JsonObject choice =
        answer.list("choices").stream()
            .flatMap(item -> JsonObject.of("choice", item).stream())
            .findFirst()
            .orElseThrow(() -> invalid("has no choices"));
    String finish = choice.value("finish_reason") instanceof String reason ? reason : "";
    if (finish.equals("content_filter")) {
      throw ChatFailure.of(ErrorClass.CONTENT_FILTER, "refused the prompt");
    }
    Object text =
        choice
            .object("message")
            .<Object>map(message -> String.valueOf(message.value("content")))
            .orElse("");
    if (choice.object("message").map(m -> m.value("content")).isEmpty()) {
      throw invalid("has a choice without a message's content");
    }
    return new ChatAnswer(text.toString(), finish, openAiUsage(answer), id(answer));
  }

  private static Optional<String> id(JsonObject answer) {
    return answer.value("id") instanceof String id ? Optional.of(id) : Optional.empty();
  }

  private static long count(Optional<JsonObject> object, String name) {
    return object.map(o -> o.value(name)).orElse(null) instanceof Double number
        ? Math.max(0, number.longValue())
        : 0;
  }

  /** The tokens, if the numbers fit together. */
  private static Optional<Usage> usage(
      long input, long cached, long written, long[] outputAndReasoning) {
    try {
      return Optional.of(
          new Usage(input, cached, written, outputAndReasoning[0], outputAndReasoning[1]));
    } catch (IllegalArgumentException contradictory) {
      return Optional.empty();
    }
  }

  private static Optional<Usage> openAiUsage(JsonObject answer) {
    Optional<JsonObject> usage = answer.object("usage");
    if (usage.isEmpty() || !(usage.get().value("prompt_tokens") instanceof Double)) {
      return Optional.empty();
    }
    Optional<JsonObject> prompt = usage.get().object("prompt_tokens_details");
    Optional<JsonObject> completion = usage.get().object("completion_tokens_details");
    return usage(
        count(usage, "prompt_tokens"),
        count(prompt, "cached_tokens"),
        0,
        new long[] {count(usage, "completion_tokens"), count(completion, "reasoning_tokens")});
  }

  private static ChatAnswer anthropic(JsonObject answer) throws ChatFailure {
    String finish = answer.value("stop_reason") instanceof String reason ? reason : "";
    if (finish.equals("refusal")) {
      throw ChatFailure.of(ErrorClass.CONTENT_FILTER, "refused the prompt");
    }
    List<JsonObject> parts =
        answer.list("content").stream()
            .flatMap(item -> JsonObject.of("content", item).stream())
            .filter(part -> "text".equals(part.value("type")))
            .toList();
    if (parts.isEmpty()) {
      throw invalid("has no content of text");
    }
    String text =
        parts.stream()
            .map(part -> String.valueOf(part.value("text")))
            .collect(Collectors.joining());
    Optional<JsonObject> usage = answer.object("usage");
    Optional<Usage> told = Optional.empty();
    if (usage.isPresent() && usage.get().value("input_tokens") instanceof Double) {
      long cached = count(usage, "cache_read_input_tokens");
      long written = count(usage, "cache_creation_input_tokens");
      // Anthropic counts what is fresh alone.
      long input = count(usage, "input_tokens") + cached + written;
      told = usage(input, cached, written, new long[] {count(usage, "output_tokens"), 0});
    }
    return new ChatAnswer(text, finish, told, id(answer));
  }

  /** The class of a refusal, by its status and its code. */
  static ErrorClass errorClass(int status, String body) {
    String said = body.toLowerCase(Locale.ROOT);
    return switch (status) {
      case 401, 403 -> ErrorClass.AUTH;
      case 408, 504 -> ErrorClass.TIMEOUT;
      case 413 -> ErrorClass.CONTEXT_LENGTH;
      case 429, 529 -> ErrorClass.RATE_LIMIT;
      default -> {
        if (status >= 500) {
          yield ErrorClass.SERVER;
        }
        if (said.contains("context_length") || said.contains("prompt is too long")) {
          yield ErrorClass.CONTEXT_LENGTH;
        }
        yield said.contains("content_filter") || said.contains("content_policy")
            ? ErrorClass.CONTENT_FILTER
            : ErrorClass.BAD_REQUEST;
      }
    };
  }

  /** What an error's body says, cut to a line. */
  static String message(String body) {
    try {
      Optional<JsonObject> answer = JsonObject.of("The answer", JsonText.parse(body));
      Object said =
          answer
              .flatMap(object -> object.object("error"))
              .map(error -> error.value("message"))
              .orElse("");
      String text = String.valueOf(said).replaceAll("\\s+", " ");
      return text.substring(0, Math.min(MAX_MESSAGE, text.length()));
    } catch (JsonText.Malformed malformed) {
      return "";
    }
  }
}
