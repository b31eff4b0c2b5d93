package dev.sextant.sql.plan;

import dev.sextant.engine.embed.EmbedRole;
import org.jspecify.annotations.Nullable;

/**
 * What embeds a text.
 *
 * @param model the model's name; null for the default
 * @param role what the text is embedded as
 */
public record EmbedBy(@Nullable String model, EmbedRole role) {}
