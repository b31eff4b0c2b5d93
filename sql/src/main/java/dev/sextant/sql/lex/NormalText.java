package dev.sextant.sql.lex;

import java.util.List;

/** The text of a statement as statistics tell statements apart: without literals and spacing. */
public final class NormalText {
  private static final int MAX_CHARS = 2_000;

  private NormalText() {}

  /** The text of tokens: literals and parameters as question marks, bare words in lower case. */
  public static String of(List<Token> tokens) {
    StringBuilder text = new StringBuilder();
    boolean tight = true;
    for (Token token : tokens) {
      boolean joined =
          token.isSymbol(",") || token.isSymbol(")") || token.isSymbol(".") || token.isSymbol("(");
      if (!tight && !joined) {
        text.append(' ');
      }
      text.append(
          switch (token.kind()) {
            case NUMBER, STRING, BLOB, PARAMETER -> "?";
            case WORD -> token.lower();
            case QUOTED -> '"' + token.text() + '"';
            case SYMBOL -> token.text();
          });
      tight = token.isSymbol("(") || token.isSymbol(".");
      if (text.length() > MAX_CHARS) {
        return text.substring(0, MAX_CHARS) + "…";
      }
    }
    return text.toString();
  }
}
