package dev.sextant.udf;

/**
 * Something that the owner of a database may want to know of later.
 *
 * @param function its signature; empty where no function is concerned
 * @param profile by which it is confined; empty where there is none
 * @param event in a word: {@code denied}, {@code killed}, {@code trap} and their like
 * @param detail a sentence for people
 */
public record AuditEvent(String function, String profile, String event, String detail) {}
