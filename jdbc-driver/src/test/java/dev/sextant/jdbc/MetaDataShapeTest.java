package dev.sextant.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every metadata method answers, in the shape the JDK documents. */
class MetaDataShapeTest {

  private static Map<String, String> documented() throws IOException {
    Map<String, String> shapes = new HashMap<>();
    try (InputStream in =
        Objects.requireNonNull(
            MetaDataShapeTest.class.getResourceAsStream("metadata-shapes.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(
              line -> {
                int blank = line.indexOf(' ');
                shapes.put(line.substring(0, blank), line.substring(blank + 1));
              });
    }
    return shapes;
  }

  private static @Nullable Object anything(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? (Object) 0 : null;
  }

  private static @Nullable Object call(Method method, DatabaseMetaData of)
      throws ReflectiveOperationException {
    return method.invoke(
        of, Arrays.stream(method.getParameterTypes()).map(MetaDataShapeTest::anything).toArray());
  }

  private static String shape(ResultSet result) throws SQLException {
    ResultSetMetaData meta = result.getMetaData();
    StringBuilder shape = new StringBuilder();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      shape
          .append(i == 1 ? "" : " ")
          .append(meta.getColumnLabel(i))
          .append(':')
          .append(JDBCType.valueOf(meta.getColumnType(i)));
    }
    return shape.toString();
  }

  @Test
  void everyMethodAnswersInItsDocumentedShape() throws Exception {
    Map<String, String> documented = documented();
    assertThat(documented).hasSize(25);
    try (Connection connection = DriverManager.getConnection("jdbc:sextant:")) {
      connection.createStatement().execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)");
      DatabaseMetaData meta = connection.getMetaData();
      int results = 0;
      for (Method method : DatabaseMetaData.class.getMethods()) {
        if (method.getDeclaringClass() != DatabaseMetaData.class) {
          continue;
        }
        Object answer = call(method, meta);
        assertThat(answer).as(method.getName()).isNotNull();
        if (answer instanceof ResultSet result) {
          results++;
          assertThat(shape(result))
              .as(method.getName())
              .isEqualTo(documented.get(method.getName()));
          result.close();
          assertThat(result.isClosed()).isTrue();
        }
      }
      assertThat(results).isEqualTo(26);
    }
  }
}
