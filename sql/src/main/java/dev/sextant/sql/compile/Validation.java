package dev.sextant.sql.compile;

import dev.sextant.engine.Names;
import dev.sextant.engine.error.ErrorCode;
import dev.sextant.engine.error.SextantException;
import dev.sextant.sql.catalog.Catalog;
import dev.sextant.sql.catalog.TableInfo;
import dev.sextant.sql.parser.SextantParserImpl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SelectScope;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.implicit.TypeCoercion;
import org.apache.calcite.sql.validate.implicit.TypeCoercions;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/** Calcite's front half with Sextant's grammar, catalog and types: text to relational algebra. */
final class Validation {
  private static final int MAX_IDENTIFIER_CHARS = 1_000;
  private static final Pattern NO_TABLE = Pattern.compile("(?:Object|Table) '([^']*)' not found.*");
  private static final Pattern NO_COLUMN =
      Pattern.compile(
          "Column '([^']*)' not found.*|The definition of column '([^']*)' depends on itself.*");

  /** What SQLite lets a query say; an alias is not visible beside it in the select list. */
  private static final SqlConformance CONFORMANCE =
      new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
        @Override
        public SqlConformance.SelectAliasLookup isSelectAlias() {
          return SqlConformance.SelectAliasLookup.UNSUPPORTED;
        }

        @Override
        public boolean isNonStrictGroupBy() {
          return false;
        }
      };

  private final Catalog catalog;
  private final JavaTypeFactoryImpl types = new JavaTypeFactoryImpl();

  private final ParameterSpace space;
  private final Map<String, HitTable> hitTables;

  Validation(Catalog catalog, CompileContext context) {
    this.catalog = catalog;
    this.space = context.space();
    this.hitTables = context.hitTables();
  }

  JavaTypeFactoryImpl types() {
    return types;
  }

  /** The syntax tree of a query in canonical text. */
  static SqlNode parseQuery(String sql) {
    try {
      return parser(sql).parseQuery();
    } catch (SqlParseException failure) {
      throw syntax(failure);
    }
  }

  /** The syntax tree of {@code SELECT items FROM from WHERE condition}. */
  static SqlSelect select(SqlNodeList items, @Nullable SqlNode from, @Nullable SqlNode condition) {
    return new SqlSelect(
        SqlParserPos.ZERO,
        null,
        items,
        from,
        condition,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** The syntax tree of an expression in canonical text. */
  static SqlNode parseExpression(String sql) {
    try {
      return parser(sql).parseExpression();
    } catch (SqlParseException failure) {
      throw syntax(failure);
    }
  }

  private static SqlParser parser(String sql) {
    return SqlParser.create(
        sql,
        SqlParser.config()
            .withParserFactory(SextantParserImpl.FACTORY)
            .withQuoting(Quoting.DOUBLE_QUOTE)
            .withQuotedCasing(Casing.UNCHANGED)
            .withUnquotedCasing(Casing.UNCHANGED)
            .withCaseSensitive(false)
            .withIdentifierMaxLength(MAX_IDENTIFIER_CHARS)
            .withConformance(CONFORMANCE));
  }

  private static SextantException syntax(SqlParseException failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf("Was expecting");
    String head = (end < 0 ? message : message.substring(0, end)).strip();
    return new SextantException(
        ErrorCode.SYNTAX, "Syntax error: " + head.replaceAll("\\s+", " ") + ".", failure);
  }

  /** The relational algebra of a normalized query. */
  RelRoot convert(SqlNode query) {
    Properties properties = new Properties();
    properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
    CalciteCatalogReader reader =
        new CalciteCatalogReader(
            SchemaView.root(catalog, hitTables),
            List.of("main"),
            types,
            new CalciteConnectionConfigImpl(properties));
    SqlValidator validator = new LenientValidator(reader, types, space);
    try {
      SqlNode valid = validator.validate(query);
      RelOptCluster cluster =
          RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), new RexBuilder(types));
      SqlToRelConverter converter =
          new SqlToRelConverter(
              (rowType, text, schemaPath, viewPath) -> {
                throw new IllegalStateException(text);
              },
              validator,
              reader,
              cluster,
              StandardConvertletTable.INSTANCE,
              SqlToRelConverter.config()
                  .withExpand(false)
                  .withTrimUnusedFields(false)
                  .withInSubQueryThreshold(Integer.MAX_VALUE)
                  .withRelBuilderConfigTransform(Validation::verbatim));
      return converter.convertQuery(valid, false, true);
    } catch (CalciteContextException failure) {
      throw explained(failure);
    }
  }

  private static RelBuilder.Config verbatim(RelBuilder.Config config) {
    return config.withSimplify(false).withSimplifyValues(false).withSimplifyLimit(false);
  }

  private SextantException explained(CalciteContextException failure) {
    Throwable cause = failure.getCause();
    String message = String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    Matcher table = NO_TABLE.matcher(message);
    if (table.matches()) {
      return new SextantException(
          ErrorCode.UNKNOWN_TABLE,
          "No table \"" + table.group(1) + "\"" + suggestion(table.group(1), catalog.names()),
          failure);
    }
    Matcher column = NO_COLUMN.matcher(message);
    if (column.matches()) {
      String name = column.group(1) == null ? column.group(2) : column.group(1);
      return new SextantException(
          ErrorCode.UNKNOWN_COLUMN,
          "No column \"" + name + "\"" + suggestion(name, columnNames()),
          failure);
    }
    if (message.contains("VARBINARY")) {
      return new SextantException(
          ErrorCode.INVALID_VECTOR_OPERATION,
          "A vector stands where a number or text is expected. Use a distance, inner_product or"
              + " l2_norm to get a number.",
          failure);
    }
    ErrorCode code =
        message.contains("is ambiguous") ? ErrorCode.AMBIGUOUS_COLUMN : ErrorCode.TYPE_MISMATCH;
    return new SextantException(code, message + ".", failure);
  }

  private List<String> columnNames() {
    return catalog.names().stream()
        .map(catalog::table)
        .flatMap(Optional::stream)
        .flatMap(table -> table.columns().stream())
        .map(TableInfo.Column::name)
        .toList();
  }

  private static String suggestion(String wanted, List<String> known) {
    String nearest = Names.nearest(wanted, known);
    return nearest.isEmpty() || nearest.equalsIgnoreCase(wanted)
        ? "."
        : ": did you mean \"" + nearest + "\"?";
  }

  /** A validator that resolves names and leaves types to SQLite. */
  private static final class LenientValidator extends SqlValidatorImpl {
    private final RelDataType any;
    private final ParameterSpace space;

    LenientValidator(CalciteCatalogReader reader, JavaTypeFactoryImpl types, ParameterSpace space) {
      super(
          SqlStdOperatorTable.instance(),
          reader,
          types,
          SqlValidator.Config.DEFAULT
              .withConformance(CONFORMANCE)
              .withTypeCoercionEnabled(false)
              .withCallRewrite(false)
              .withIdentifierExpansion(true)
              .withDefaultNullCollation(NullCollation.LOW));
      this.space = space;
      this.any = types.createTypeWithNullability(types.createSqlType(SqlTypeName.ANY), true);
    }

    /** Calcite asks for it at USING, also where values are compared as SQLite does. */
    @Override
    public TypeCoercion getTypeCoercion() {
      return TypeCoercions.createTypeCoercion(typeFactory, this);
    }

    /** {@code *} leaves hidden columns out. */
    @Override
    protected void addToSelectList(
        List<SqlNode> list,
        Set<String> aliases,
        List<Map.Entry<String, RelDataType>> fieldList,
        SqlNode exp,
        SelectScope scope,
        boolean includeSystemVars) {
      if (!(exp instanceof SqlIdentifier name) || !Util.last(name.names).equals(HitTable.HIDDEN)) {
        super.addToSelectList(list, aliases, fieldList, exp, scope, includeSystemVars);
      }
    }

    @Override
    public RelDataType deriveType(SqlValidatorScope scope, SqlNode expression) {
      if (expression instanceof SqlDynamicParam parameter
          && getValidatedNodeTypeIfKnown(expression) == null) {
        setValidatedNodeType(expression, typeOf(parameter));
      }
      return super.deriveType(scope, expression);
    }

    @Override
    protected void inferUnknownTypes(
        RelDataType inferredType, SqlValidatorScope scope, SqlNode node) {
      boolean known = !inferredType.equals(unknownType);
      super.inferUnknownTypes(
          node instanceof SqlDynamicParam parameter && !known ? typeOf(parameter) : inferredType,
          scope,
          node);
    }

    private RelDataType typeOf(SqlDynamicParam parameter) {
      int dimensions = space.vectorDimensions(parameter.getIndex());
      return dimensions > 0 ? VectorTypes.of(getTypeFactory(), dimensions) : any;
    }
  }
}
