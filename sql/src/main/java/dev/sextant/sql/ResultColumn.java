package dev.sextant.sql;

import org.jspecify.annotations.Nullable;

/**
 * A column of a result.
 *
 * @param label what the user called it: the alias, else the column's name
 * @param name the column's own name, equal to the label for an expression
 * @param declaredType the type as declared in the schema, such as {@code INTEGER} or {@code
 *     VECTOR(384)}; empty for an expression of no declared type
 * @param table the table the column comes from, null for an expression
 */
public record ResultColumn(
    String label, String name, String declaredType, @Nullable String table) {}
