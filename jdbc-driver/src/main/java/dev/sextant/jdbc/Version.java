package dev.sextant.jdbc;

/**
 * A version such as {@code 0.1.0} or {@code 3.54.1-beta}.
 *
 * @param text the version as written
 */
record Version(String text) {

  int major() {
    return part(0);
  }

  int minor() {
    return part(1);
  }

  private int part(int index) {
    String[] parts = text.split("[.-]", -1);
    try {
      return index < parts.length ? Integer.parseInt(parts[index]) : 0;
    } catch (NumberFormatException notANumber) {
      return 0;
    }
  }
}
