package dev.sextant.jdbc.shell;

import java.util.Collection;
import java.util.List;
import org.jline.utils.AttributedString;
import sqlline.Application;
import sqlline.BuiltInProperty;
import sqlline.PromptHandler;
import sqlline.SqlLine;
import sqlline.SqlLineOpts;

/** sqlline as Sextant's shell: our driver alone, our prompt, quiet start. sqlline creates it. */
public final class ShellApplication extends Application {

  static final String PROMPT = "sextant> ";

  /** For sqlline. */
  public ShellApplication() {}

  @Override
  public String getInfoMessage() {
    return "!tables lists the tables, !help the commands, !quit leaves. SQL ends with a semicolon.";
  }

  @Override
  public List<String> allowedDrivers() {
    return List.of("dev.sextant.jdbc.Driver");
  }

  @Override
  public Collection<String> getConnectionUrlExamples() {
    return List.of("jdbc:sextant:path/to/file.db", "jdbc:sextant::memory:");
  }

  @Override
  public SqlLineOpts getOpts(SqlLine sqlLine) {
    SqlLineOpts opts = super.getOpts(sqlLine);
    opts.set(BuiltInProperty.ISOLATION, "TRANSACTION_SERIALIZABLE");
    opts.set(BuiltInProperty.CONNECT_INTERACTION_MODE, "notAskCredentials");
    opts.set(BuiltInProperty.NULL_VALUE, "NULL");
    opts.set(BuiltInProperty.AUTO_PAIRING, false);
    opts.set(BuiltInProperty.AUTO_RESIZE, true);
    return opts;
  }

  @Override
  public PromptHandler getPromptHandler(SqlLine sqlLine) {
    return new PromptHandler(sqlLine) {
      @Override
      public AttributedString getPrompt() {
        return new AttributedString(PROMPT);
      }
    };
  }
}
