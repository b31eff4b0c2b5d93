<#-- Binary operators of SQLite and of Sextant that Calcite's grammar lacks. -->
void SqliteBinary(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlOperator op;
}
{
    (
        <VECTOR_L2> { op = SqliteOperators.L2; }
    |
        <VECTOR_COSINE> { op = SqliteOperators.COSINE; }
    |
        <VECTOR_INNER_PRODUCT> { op = SqliteOperators.INNER_PRODUCT; }
    |
        <VECTOR_L1> { op = SqliteOperators.L1; }
    |
        <JSON_TEXT> { op = SqliteOperators.JSON_TEXT; }
    |
        <SQLITE_CONCAT> { op = SqliteOperators.CONCAT; }
    |
        <SQLITE_REMAINDER> { op = SqliteOperators.REMAINDER; }
    |
        <SQLITE_BIT_AND> { op = SqliteOperators.BIT_AND; }
    |
        <SQLITE_SHIFT_LEFT> { op = SqliteOperators.SHIFT_LEFT; }
    |
        <COLLATE> { op = SqliteOperators.COLLATE; }
    |
        <LAMBDA> { op = SqliteOperators.JSON; }
    |
        <RIGHTSHIFT> { op = SqliteOperators.SHIFT_RIGHT; }
    |
        <VERTICAL_BAR> { op = SqliteOperators.BIT_OR; }
    |
        <GLOB> { op = SqliteOperators.GLOB; }
    |
        <REGEXP> { op = SqliteOperators.REGEXP; }
    |
        <MATCH> { op = SqliteOperators.MATCH; }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(op, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

<#-- A type name: words, then perhaps lengths, as SQLite takes any. -->
SqlTypeNameSpec SqliteType() :
{
    final StringBuilder name = new StringBuilder();
    final Span s;
}
{
    <QUOTED_IDENTIFIER> { s = span(); name.append(unquotedType()); }
    (
        <QUOTED_IDENTIFIER> { name.append(' ').append(unquotedType()); }
    )*
    [
        <LPAREN> <UNSIGNED_INTEGER_LITERAL> { name.append('(').append(token.image); }
        [ <COMMA> <UNSIGNED_INTEGER_LITERAL> { name.append(',').append(token.image); } ]
        <RPAREN> { name.append(')'); }
    ]
    { return new SqliteTypeSpec(name.toString(), s.end(this)); }
}

JAVACODE String unquotedType()
{
    return token.image.substring(1, token.image.length() - 1);
}
