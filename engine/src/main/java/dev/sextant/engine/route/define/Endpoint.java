package dev.sextant.engine.route.define;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.engine.http.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a chat model is asked, and how much it may be asked.
 *
 * @param name as SQL calls it, in lower case
 * @param model the chat model that answers there
 * @param kind how it is asked
 * @param options as they were written
 * @param enabled whether it is asked at all
 */
public record Endpoint(String name, String model, Kind kind, Options options, boolean enabled) {
  /** The time for an answer where none is given. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final List<String> SERVED =
      List.of("rpm", "tpm", "max_inflight", "timeout", "url", "secret", "model", "max_output");
  private static final List<String> STUBBED =
      List.of("rpm", "tpm", "max_inflight", "timeout", "max_output", "answer", "status");
  private static final List<String> REPLAYED =
      List.of("rpm", "tpm", "max_inflight", "timeout", "max_output", "table", "model");

  /** How an endpoint is asked. */
  public enum Kind {
    /** A server with OpenAI's chat completions. */
    OPENAI,
    /** A server with Anthropic's messages. */
    ANTHROPIC,
    /** A server of this process on loopback that gives the same answer to the same prompt. */
    STUB,
    /** A server of this process on loopback that answers from a table of recorded outcomes. */
    REPLAY;

    private List<String> known() {
      return switch (this) {
        case OPENAI, ANTHROPIC -> SERVED;
        case STUB -> STUBBED;
        case REPLAY -> REPLAYED;
      };
    }

    /** The name in SQL. */
    public String sqlName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a server of this process answers. */
    public boolean isLocal() {
      return this == STUB || this == REPLAY;
    }

    /**
     * The kind of that name, whatever its case.
     *
     * @throws SextantException {@code 22023} naming the nearest known one
     */
    public static Kind of(String name) {
      return Names.choice("kind of endpoint", name, List.of(values()), Kind::sqlName);
    }
  }

  /** Checks the options. */
  public Endpoint {
    options.only(kind.known());
    if (!kind.isLocal()) {
      address(options.required("url"));
    }
    if (kind == Kind.REPLAY) {
      options.required("table");
    }
    options.text("secret").ifPresent(Secret::of);
    options.count("rpm");
    options.count("tpm");
    options.count("max_inflight");
    options.count("max_output");
    options.time("timeout");
  }

  private static URI address(String written) {
    try {
      URI url = URI.create(written.strip());
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean good =
          (scheme.equals("http") || scheme.equals("https"))
              && url.getHost() != null
              && url.getUserInfo() == null
              && url.getFragment() == null;
      if (good) {
        return url;
      }
    } catch (IllegalArgumentException invalid) {
      throw wrongAddress();
    }
    throw wrongAddress();
  }

  private static SextantException wrongAddress() {
    return new SextantException(
        ErrorCode.INVALID_PARAMETER,
        "URL expects an address such as 'https://api.openai.com/v1', without a user.");
  }

  /** The server's address; empty where it is of this process. */
  public Optional<URI> url() {
    return options.text("url").map(Endpoint::address);
  }

  /** Where the secret is kept. */
  public Optional<Secret> secret() {
    return options.text("secret").map(Secret::of);
  }

  /** The model as the server calls it. */
  public String remoteModel() {
    return options.text("model").orElse(model);
  }

  /** The time for an answer. */
  public Duration timeout() {
    return options.time("timeout").orElse(DEFAULT_TIMEOUT);
  }

  /** Requests a minute at most. */
  public OptionalInt requestsPerMinute() {
    return options.count("rpm");
  }

  /** Tokens a minute at most, of prompts and of the longest answers that were asked for. */
  public OptionalInt tokensPerMinute() {
    return options.count("tpm");
  }

  /** Calls at the same time at most. */
  public OptionalInt maxInFlight() {
    return options.count("max_inflight");
  }

  /** The same, asked or not. */
  public Endpoint enabled(boolean asked) {
    return new Endpoint(name, model, kind, options, asked);
  }
}
