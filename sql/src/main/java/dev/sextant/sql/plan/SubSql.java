package dev.sextant.sql.plan;

import java.util.List;

/**
 * A statement for SQLite inside a plan.
 *
 * @param sql its text
 * @param parameters for each question mark in order, the parameter of the plan it takes
 */
public record SubSql(String sql, List<Integer> parameters) {}
