package dev.sextant.engine.error;

/** Every error a user can meet, with its SQLSTATE and whose fault it is. */
public enum ErrorCode {
  CANNOT_CONNECT("08001", Kind.USER, "The database cannot be opened or created"),
  CONNECTION_CLOSED("08003", Kind.USER, "The connection, statement or result is closed"),
  DATABASE_BUSY(
      "55P03",
      Kind.RESOURCES,
      "Another connection holds a lock beyond busy_timeout, or is building the index"),
  FEATURE_NOT_SUPPORTED("0A000", Kind.USER, "The feature is not supported"),
  INVALID_DATA("22000", Kind.USER, "A value has the wrong type or shape"),
  NUMERIC_OUT_OF_RANGE("22003", Kind.USER, "A number does not fit the type asked for"),
  INVALID_DATETIME("22007", Kind.USER, "A text is not a date, time or timestamp"),
  INVALID_PARAMETER("22023", Kind.USER, "A setting, parameter or argument is out of its range"),
  INVALID_VECTOR("22P02", Kind.USER, "A text or BLOB is not a vector, or holds NaN or infinity"),
  WRONG_DIMENSIONS("22P03", Kind.USER, "A vector has the wrong number of dimensions"),
  CONSTRAINT("23000", Kind.USER, "A constraint is violated"),
  NOT_NULL("23502", Kind.USER, "A NOT NULL constraint is violated"),
  FOREIGN_KEY("23503", Kind.USER, "A FOREIGN KEY constraint is violated"),
  UNIQUE("23505", Kind.USER, "A UNIQUE or PRIMARY KEY constraint is violated"),
  CHECK("23514", Kind.USER, "A CHECK constraint is violated"),
  TRANSACTION_STATE("25000", Kind.USER, "The call does not fit the transaction's state"),
  READ_ONLY("25006", Kind.USER, "A write on a read-only connection, file or folder"),
  FUNCTION_FAILED("38001", Kind.USER, "A user function failed, or gave what it does not declare"),
  FUNCTION_FUEL("38F01", Kind.RESOURCES, "A user function used more fuel than its profile allows"),
  FUNCTION_MEMORY(
      "38F02", Kind.RESOURCES, "A user function used more memory than its profile allows"),
  FUNCTION_TIME("38F03", Kind.RESOURCES, "A user function took more time than its profile allows"),
  FUNCTION_OUTPUT("38F04", Kind.RESOURCES, "A user function gave more than its profile allows"),
  FUNCTION_STACK("38F05", Kind.RESOURCES, "A user function's calls nest deeper than allowed"),
  FUNCTION_DENIED("38S01", Kind.USER, "A user function tried what its sandbox denies"),
  SANDBOX_UNAVAILABLE("38S02", Kind.USER, "The host or a setting lacks what a sandbox needs"),
  FUNCTION_WORKER("38W01", Kind.EXTERNAL, "The process that ran a user function died"),
  FUNCTION_QUARANTINED("38Q01", Kind.USER, "A user function is in quarantine"),
  SERIALIZATION_FAILURE("40001", Kind.RESOURCES, "The snapshot was overwritten; retry"),
  SYNTAX("42601", Kind.USER, "The SQL text cannot be parsed"),
  AMBIGUOUS_COLUMN("42702", Kind.USER, "A column name matches several columns"),
  UNKNOWN_COLUMN("42703", Kind.USER, "No such column"),
  TYPE_MISMATCH("42804", Kind.USER, "An operator or function meets a type it does not take"),
  INVALID_VECTOR_OPERATION("42804", Kind.USER, "An operator or aggregate does not take vectors"),
  AMBIGUOUS_FUNCTION("42725", Kind.USER, "Several functions fit a call equally well"),
  UNKNOWN_FUNCTION("42883", Kind.USER, "No such function"),
  UNKNOWN_TABLE("42P01", Kind.USER, "No such table or view"),
  DUPLICATE_OBJECT("42P07", Kind.USER, "An object of that name exists"),
  INVALID_FUNCTION("42P13", Kind.USER, "A source is no function of the signature declared"),
  INVALID_DEFINITION("42P16", Kind.USER, "A definition contradicts itself or a limit"),
  OUT_OF_RESOURCES("53000", Kind.RESOURCES, "Memory, disk or a declared limit is exhausted"),
  TIMEOUT("57014", Kind.RESOURCES, "The statement ran past its time-out"),
  CANCELLED("57014", Kind.USER, "The statement was cancelled"),
  IO_ERROR("58030", Kind.RESOURCES, "Reading or writing a file failed"),
  MODEL_FAILED("58000", Kind.EXTERNAL, "An embedding or language model failed"),
  NOT_A_DATABASE("58P01", Kind.USER, "The file is not a SQLite database"),
  CORRUPT("XX001", Kind.RESOURCES, "The database file is damaged"),
  INTERNAL("XX000", Kind.INTERNAL, "A defect of Sextant");

  /** Whose fault an error is. */
  public enum Kind {
    USER,
    INTERNAL,
    RESOURCES,
    EXTERNAL
  }

  private final String sqlState;
  private final Kind kind;
  private final String meaning;

  ErrorCode(String sqlState, Kind kind, String meaning) {
    this.sqlState = sqlState;
    this.kind = kind;
    this.meaning = meaning;
  }

  /** Five characters, as SQL standard and PostgreSQL assign them. */
  public String sqlState() {
    return sqlState;
  }

  /** Whose fault it is. */
  public Kind kind() {
    return kind;
  }

  /** One line for the documentation. */
  public String meaning() {
    return meaning;
  }
}
