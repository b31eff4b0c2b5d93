package dev.sextant.engine.route.client;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.sextant.engine.Names;
import java.util.List;
import java.util.Optional;

/**
 * How many tokens a text has, by one of OpenAI's tokenizers. For a model with another, the number
 * is an estimate; a provider's own count is used wherever it tells one.
 */
public final class Tokens {
  /** The tokenizer where none is named. */
  public static final String DEFAULT = "o200k_base";

  private static final int BYTES_PER_TOKEN = 4;

  /** Made when a text is first counted: the vocabularies are large. */
  private static final class Holder {
    private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();
  }

  private Tokens() {}

  /** The names of the tokenizers. */
  public static List<String> known() {
    return List.of("o200k_base", "cl100k_base", "p50k_base", "p50k_edit", "r50k_base");
  }

  /**
   * A tokenizer's name as it is stored.
   *
   * @throws dev.sextant.engine.error.SextantException {@code 22023} naming the nearest known one
   */
  public static String checked(String tokenizer) {
    return Names.choice("tokenizer", tokenizer, known(), same -> same);
  }

  /** The tokens of a text, by one of {@link #known()}. */
  public static int count(String text, String tokenizer) {
    Optional<EncodingType> type = EncodingType.fromName(tokenizer);
    Encoding encoding = Holder.REGISTRY.getEncoding(type.orElse(EncodingType.O200K_BASE));
    return encoding.countTokensOrdinary(text);
  }

  /** The tokens of a text, estimated by its length: what a stub bills. */
  static int count(String text) {
    return Math.ceilDiv(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length, BYTES_PER_TOKEN);
  }
}
