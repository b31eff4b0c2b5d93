-- Functions of users: definitions, overloads, where they may be called.

CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, x REAL, n INTEGER);
INSERT INTO t VALUES (1, 'Ann', 1.5, 10), (2, 'Bob', 2.5, 20), (3, NULL, NULL, NULL), (4, 'ann', 0.5, 10);

CREATE FUNCTION plus_one(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a + 1 $$;
SELECT plus_one(41), PLUS_ONE(n) FROM t WHERE id = 1;
-- > 42 | 11
SELECT id FROM t WHERE plus_one(n) = 11 ORDER BY plus_one(id) DESC;
-- > 4
-- > 1
CREATE FUNCTION key_of(a TEXT) RETURNS TEXT LANGUAGE SQL DETERMINISTIC STRICT AS 'lower(a)';
SELECT key_of(name), count(*) FROM t GROUP BY key_of(name) ORDER BY 1;
-- > NULL | 1
-- > ann | 2
-- > bob | 1
SELECT a.id, b.id FROM t a JOIN t b ON key_of(a.name) = key_of(b.name) AND a.id < b.id;
-- > 1 | 4
UPDATE t SET n = plus_one(n) WHERE key_of(name) = 'bob';
-- count: 1
INSERT INTO t VALUES (plus_one(4), key_of('EVE'), 0, plus_one(plus_one(0)));
SELECT name, n FROM t WHERE id IN (2, 5) ORDER BY id;
-- > Bob | 21
-- > eve | 2
DELETE FROM t WHERE key_of(name) = 'eve';
-- count: 1
SELECT sum(plus_one(n)), plus_one(sum(n)) FROM t;
-- > 44 | 42
SELECT (SELECT plus_one(max(n)) FROM t), max(plus_one(n)) OVER () FROM t WHERE id = 1;
-- > 22 | 11

-- An argument is computed once, however often the parameter stands in the expression.
CREATE FUNCTION minus_itself(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a - a $$;
SELECT minus_itself(random());
-- > 0
SELECT count(*) FROM t WHERE minus_itself(random()) = 0;
-- > 4
CREATE FUNCTION dice() RETURNS INTEGER LANGUAGE SQL AS $$ abs(random() % 6) + 1 $$;
SELECT count(*) FROM t WHERE dice() BETWEEN 1 AND 6;
-- > 4
SELECT minus_itself(dice());
-- > 0

-- NULL, and types.
SELECT plus_one(NULL), key_of(NULL), plus_one(2.0);
-- > NULL | NULL | 3
CREATE FUNCTION half(a REAL) RETURNS REAL LANGUAGE SQL AS $$ a / 2 $$;
SELECT half(3), half(3.0), typeof(half(4)), half(NULL);
-- > 1.5 | 1.5 | real | NULL
CREATE FUNCTION both_set(a BOOLEAN, b BOOLEAN) RETURNS BOOLEAN LANGUAGE SQL AS $$ a AND b $$;
SELECT both_set(1, 1), both_set(1 > 2, 1), both_set(NULL, 0);
-- > 1 | 0 | 0
SELECT both_set(1, 2);
-- error: 42883 both_set(BOOLEAN, BOOLEAN)
CREATE FUNCTION bytes_of(a BLOB) RETURNS INTEGER LANGUAGE SQL AS $$ length(a) $$;
SELECT bytes_of(x'010203'), bytes_of(x'');
-- > 3 | 0
CREATE FUNCTION far(a VECTOR, b VECTOR) RETURNS REAL LANGUAGE SQL AS $$ l2_distance(a, b) $$;
SELECT far('[0, 0]', vector('[3, 4]'));
-- > 5.0
CREATE FUNCTION unit(a VECTOR) RETURNS VECTOR LANGUAGE SQL AS $$ l2_normalize(a) $$;
SELECT far(unit('[2, 0]'), '[1, 0]');
-- > 0.0
CREATE FUNCTION wrong_result(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ 'x' || a $$;
SELECT wrong_result(1);
-- error: 38001 declares INTEGER and gave TEXT
SELECT 1;
-- > 1

-- Overloads.
CREATE FUNCTION kind(a INTEGER) RETURNS TEXT LANGUAGE SQL AS $$ 'integer' $$;
CREATE FUNCTION kind(a REAL) RETURNS TEXT LANGUAGE SQL AS $$ 'real' $$;
CREATE FUNCTION kind(a TEXT) RETURNS TEXT LANGUAGE SQL AS $$ 'text' $$;
CREATE FUNCTION kind(a TEXT, b TEXT) RETURNS TEXT LANGUAGE SQL AS $$ 'two' $$;
CREATE FUNCTION kind() RETURNS TEXT LANGUAGE SQL AS $$ 'none' $$;
SELECT kind(1), kind(1.5), kind('1'), kind('a', 'b'), kind();
-- > integer | real | text | two | none
SELECT kind(x'00');
-- error: 42883 kind(INTEGER), kind(REAL), kind(TEXT), kind(TEXT, TEXT)
SELECT kind(1, 2, 3);
-- error: 42883 kind(INTEGER, INTEGER, INTEGER)
SELECT kind(NULL);
-- error: 42725 CAST
DROP FUNCTION kind;
-- error: 42725 types
DROP FUNCTION kind(TEXT, TEXT);
SELECT kind('a', 'b');
-- error: 42883
DROP FUNCTION kind(BLOB);
-- error: 42883 kind(REAL)
DROP FUNCTION IF EXISTS kind(BLOB);
DROP FUNCTION nothing;
-- error: 42883 nothing
DROP FUNCTION IF EXISTS nothing;

-- Replacing.
CREATE FUNCTION plus_one(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a $$;
-- error: 42P07 plus_one(INTEGER)
CREATE FUNCTION IF NOT EXISTS plus_one(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a $$;
SELECT plus_one(1);
-- > 2
CREATE OR REPLACE FUNCTION plus_one(b INTEGER) RETURNS INTEGER AS $body$ b + 1 + 0 $body$ DETERMINISTIC LANGUAGE SQL;
SELECT plus_one(1);
-- > 2

-- Functions that call functions.
CREATE FUNCTION plus_two(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ plus_one(plus_one(a)) $$;
SELECT plus_two(40), plus_two(plus_two(0));
-- > 42 | 4
DROP FUNCTION plus_one;
-- error: 42P16 plus_two(INTEGER)
CREATE FUNCTION plus_one(a TEXT) RETURNS INTEGER LANGUAGE SQL AS $$ plus_one(1) $$;
-- error: 42P13 would call itself
CREATE OR REPLACE FUNCTION plus_one(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ plus_two(a) $$;
-- error: 42P13 would call itself, over plus_two(INTEGER)
CREATE FUNCTION repeats() RETURNS INTEGER LANGUAGE SQL DETERMINISTIC AS $$ dice() $$;
-- error: 42P13 dice
CREATE FUNCTION repeats() RETURNS INTEGER LANGUAGE SQL DETERMINISTIC AS $$ random() $$;
-- error: 42P13 random

-- What is no expression.
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ $$;
-- error: 42P13 empty
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ (SELECT max(n) FROM t) $$;
-- error: 42P13 reads tables
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a IN t $$;
-- error: 42P13 IN expects a list
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a IN (1, 2) $$;
SELECT f(1), f(3);
-- > 1 | 0
DROP FUNCTION f;
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ 1) FROM t -- $$;
-- error: 42P13 parentheses
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ 1, 2 $$;
-- error: 42P13
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ ?1 $$;
-- error: 42P13 ?1
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ $a $$;
-- error: 42P13 $a
CREATE FUNCTION f() RETURNS INTEGER LANGUAGE SQL AS $$ 1; 2 $$;
-- error: 42P13 semicolon
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ sum(a) $$;
-- error: 42P13 aggregate
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ b $$;
-- error: 42703 b
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ nofunction(a) $$;
-- error: 42883 nofunction
CREATE FUNCTION f(a TEXT) RETURNS VECTOR LANGUAGE SQL AS $$ embed(a) $$;
-- error: 42P13 embed
CREATE FUNCTION f(a VECTOR) RETURNS REAL LANGUAGE SQL AS $$ a <-> a $$;
-- error: 42P13 l2_distance
CREATE FUNCTION f(a INTEGER) RETURNS INTEGER LANGUAGE SQL AS $$ a -- a comment $$;
SELECT f(7);
-- > 7
DROP FUNCTION f;

-- Wrong definitions.
CREATE FUNCTION lower(a TEXT) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42P16 every database has
CREATE FUNCTION l2_distance(a VECTOR) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42P16 every database has
CREATE FUNCTION "select"(a TEXT) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42P16 word of SQL
CREATE FUNCTION "two words"(a TEXT) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42P16 two words
CREATE FUNCTION f(a TEXT, A TEXT) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42601 another name
CREATE FUNCTION f(a STRING) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42804 STRING
CREATE FUNCTION f(a VECTOR(3)) RETURNS TEXT LANGUAGE SQL AS $$ a $$;
-- error: 42601 any length
CREATE FUNCTION f(a TEXT) LANGUAGE SQL AS $$ a $$;
-- error: 42601 RETURNS
CREATE FUNCTION f(a TEXT) RETURNS TEXT AS $$ a $$;
-- error: 42601 LANGUAGE
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL;
-- error: 42601 AS
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL AS $$ a;
-- error: 42601 not closed
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL LANGUAGE SQL AS $$ a $$;
-- error: 42601 once
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL QUICKLY AS $$ a $$;
-- error: 42601 QUICKLY
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL VECTORIZED AS $$ a $$;
-- error: 0A000 VECTORIZED
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE PYTHON AS $$ a $$;
-- error: 0A000 PYTHON
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE JAVA AS $$ a $$;
-- error: 0A000 WASM
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE COBOL AS $$ a $$;
-- error: 0A000 COBOL
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL AS X'00';
-- error: 42P13 text
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE WASM AS $$ a $$;
-- error: 42P13 X'
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE SQL SANDBOX nowhere AS $$ a $$;
-- error: 22023 nowhere
CREATE FUNCTION f(a TEXT) RETURNS TEXT LANGUAGE JAVASCRIPT AS $$ function f(a) { return a } $$;
-- error: 38S02 SET sandbox.processes = on

-- Other SQLite tools have to read the file.
CREATE VIEW v AS SELECT plus_one(n) FROM t;
-- error: 0A000 plus_one
CREATE INDEX i ON t (plus_one(n));
-- error: 0A000 plus_one
CREATE TABLE plus_one (plus_one INTEGER);
DROP TABLE plus_one;

-- Transactions.
BEGIN;
CREATE FUNCTION short_lived() RETURNS INTEGER LANGUAGE SQL AS $$ 1 $$;
SELECT short_lived();
-- > 1
ROLLBACK;
SELECT short_lived();
-- error: 42883 short_lived
BEGIN;
DROP FUNCTION half;
ROLLBACK;
SELECT half(1);
-- > 0.5

-- Quarantine.
ALTER FUNCTION half QUARANTINE;
SELECT half(1);
-- error: 38Q01 half(REAL)
SELECT state FROM sextant.functions WHERE name = 'half';
-- > QUARANTINED
ALTER FUNCTION half(REAL) RELEASE;
SELECT half(1);
-- > 0.5
ALTER FUNCTION half;
-- error: 42601 QUARANTINE
ALTER FUNCTION nothing RELEASE;
-- error: 42883 nothing
SELECT event, function FROM sextant.sandbox_audit WHERE event LIKE 'quarantine%' OR event = 'release';
-- > quarantine | half(REAL)
-- > quarantined | half(REAL)
-- > release | half(REAL)
SELECT count(*) > 10, min(is_intact) FROM sextant.sandbox_audit;
-- > 1 | 1

-- What the catalogue says.
SELECT signature, result, language, profile, deterministic, strict, vectorized, state FROM sextant.functions WHERE name IN ('half', 'key_of') ORDER BY 1;
-- > half(REAL) | REAL | SQL | untrusted | 0 | 0 | 0 | ACTIVE
-- > key_of(TEXT) | TEXT | SQL | untrusted | 1 | 1 | 0 | ACTIVE
SELECT calls > 0, rows >= calls, p50_ns <= p99_ns, traps, kills FROM sextant.function_stats WHERE signature = 'half(REAL)';
-- > 1 | 1 | 1 | 0 | 0
SELECT traps FROM sextant.function_stats WHERE name = 'wrong_result';
-- > 1
EXPLAIN SELECT half(n), key_of(name) FROM t;
-- plan: Call half(REAL) row by row, in SQL: not DETERMINISTIC
EXPLAIN SELECT half(n), key_of(name) FROM t;
-- plan: Call key_of(TEXT) row by row, in SQL: once for the same arguments

-- A filter of a search.
CREATE TABLE d (id INTEGER PRIMARY KEY, title TEXT, v VECTOR(2));
INSERT INTO d VALUES (1, 'A', '[0, 0]'), (2, 'b', '[1, 0]'), (3, 'a', '[2, 0]'), (4, 'c', '[3, 0]');
SELECT id FROM d WHERE key_of(title) = 'a' ORDER BY v <-> '[0, 0]' LIMIT 2;
-- > 1
-- > 3
SELECT id, far(v, '[0, 0]') FROM d ORDER BY v <-> '[3, 0]' LIMIT 2;
-- > 4 | 3.0
-- > 3 | 2.0
SELECT key_of(title), min(v <-> '[2, 0]') FROM d GROUP BY key_of(title) ORDER BY 1;
-- > a | 0.0
-- > b | 1.0
-- > c | 1.0
UPDATE d SET v = unit('[5, 0]') WHERE far(v, '[0, 0]') > 2.5;
-- count: 1
SELECT id FROM d WHERE v <-> '[1, 0]' < 0.1 ORDER BY id;
-- > 2
-- > 4
