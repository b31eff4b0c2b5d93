package dev.sextant.jdbc;

import dev.sextant.engine.Settings;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a URL and its properties ask for.
 *
 * @param file the database file; empty for a private database in memory
 * @param given the settings named, by their names in lower case; the URL wins over properties
 */
record JdbcUrl(Optional<Path> file, Map<String, String> given) {
  static final String PREFIX = "jdbc:sextant:";

  /* What hosts add to the properties of any driver: login data of all of them, Spark's options,
  LibreOffice's data source settings. Dropped by name, so that a typo is still found. */
  private static final Set<String> OF_HOSTS =
      Set.of(
          ("user password url driver driverclassname path dbtable query numpartitions"
                  + " partitioncolumn lowerbound upperbound fetchsize batchsize isolationlevel"
                  + " sessioninitstatement truncate cascadetruncate createtableoptions"
                  + " createtablecolumntypes customschema pushdownpredicate pushdownaggregate"
                  + " pushdownlimit pushdownoffset pushdowntablesample keytab principal"
                  + " refreshkrb5config connectionprovider prefertimestampntz hint preparequery"
                  + " querytimeout type charset javadriverclass javadriverclasspath"
                  + " systemdriversettings parameternamesubstitution ignoredriverprivileges"
                  + " isautoretrievingenabled autoretrievingstatement generateastbeforecorrelation"
                  + " enableouterjoinescape escapedatetime applicationname")
              .split(" ", -1));

  JdbcUrl {
    given = Map.copyOf(given);
  }

  /** Reads a URL of ours and the properties beside it. */
  static JdbcUrl parse(String url, @Nullable Properties properties) {
    String rest = url.substring(PREFIX.length());
    int question = rest.indexOf('?');
    String place = question < 0 ? rest : rest.substring(0, question);
    Map<String, String> given = new LinkedHashMap<>();
    if (properties != null) {
      addProperties(properties, given);
    }
    if (question >= 0) {
      addQuery(rest.substring(question + 1), given);
    }
    return new JdbcUrl(fileOf(place), given);
  }

  private static void addProperties(Properties properties, Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>();
    properties.stringPropertyNames().forEach(k -> all.put(k, properties.getProperty(k)));
    properties.forEach((k, v) -> all.putIfAbsent(String.valueOf(k), String.valueOf(v)));
    all.forEach(
        (name, value) -> {
          if (!OF_HOSTS.contains(name.toLowerCase(Locale.ROOT))) {
            given.put(Settings.find(name).name(), value);
          }
        });
  }

  private static void addQuery(String query, Map<String, String> given) {
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      Settings.Setting setting = Settings.find(name);
      if (equals < 0) {
        throw new SextantException(
            ErrorCode.INVALID_PARAMETER,
            "Property \"" + name + "\" in the URL has no value. Write \"" + name + "=value\".");
      }
      given.put(setting.name(), decode(pair.substring(equals + 1)));
    }
  }

  private static Optional<Path> fileOf(String place) {
    if (place.isEmpty() || place.equals(":memory:")) {
      return Optional.empty();
    }
    String path = place;
    if (place.regionMatches(true, 0, "file:", 0, 5)) {
      path = decode(place.substring(5));
      if (path.startsWith("//")) {
        int slash = path.indexOf('/', 2);
        path = slash < 0 ? "" : path.substring(slash);
      }
      if (path.isEmpty() || path.equals(":memory:")) {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(Path.of(path));
    } catch (InvalidPathException invalid) {
      throw new SextantException(
          ErrorCode.CANNOT_CONNECT, "\"" + path + "\" is not a path of this system.", invalid);
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new SextantException(
          ErrorCode.INVALID_PARAMETER,
          "\"" + text + "\" in the URL is not percent-encoded well. Write % as %25.",
          malformed);
    }
  }
}
