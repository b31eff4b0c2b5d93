package dev.sextant.engine.route.optimize;

/**
 * One step of a search.
 *
 * @param number from 0 on
 * @param point the candidate
 * @param full whether all rows of the validation set were asked for
 * @param rows how many rows were
 * @param score the mean score on them
 */
public record Trial(int number, Point point, boolean full, int rows, double score) {}
