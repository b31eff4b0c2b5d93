package dev.sextant.engine.route.learn;

/**
 * A prediction.
 *
 * @param value the expected quality
 * @param error its standard error
 */
public record Expected(double value, double error) {}
