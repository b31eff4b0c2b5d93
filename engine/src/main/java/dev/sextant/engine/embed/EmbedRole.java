package dev.sextant.engine.embed;

import java.util.Optional;

/** What a text is embedded as: models that search by questions put a prefix before each kind. */
public enum EmbedRole {
  /** As it is, without a prefix. */
  TEXT("embed"),
  /** As what is searched for. */
  QUERY("embed_query"),
  /** As what is to be found. */
  PASSAGE("embed_passage");

  private final String function;

  EmbedRole(String function) {
    this.function = function;
  }

  /** The function that embeds so, in lower case. */
  public String function() {
    return function;
  }

  /** The role that a function, in lower case, embeds for. */
  public static Optional<EmbedRole> of(String function) {
    for (EmbedRole role : values()) {
      if (role.function.equals(function)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
