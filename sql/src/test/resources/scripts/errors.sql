-- What goes wrong, and what it is called.

SELECT 1 FROM nowhere;
-- error: 42P01 nowhere
SELECT wibble;
-- error: 42703 wibble
SELECT nofunction(1);
-- error: 42883 nofunction
SELEC 1;
-- error: 42601 SELEC
SELECT (1;
-- error: 42601
CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER CHECK (n < 10));
CREATE TABLE t (x);
-- error: 42P07 t
CREATE TABLE IF NOT EXISTS t (x);
INSERT INTO t (name, n) VALUES ('a', 1);
INSERT INTO t (name, n) VALUES ('a', 2);
-- error: 23505 t.name
INSERT INTO t (id, name) VALUES (1, 'b');
-- error: 23505 t.id
INSERT INTO t (name) VALUES (NULL);
-- error: 23502 t.name
INSERT INTO t (name, n) VALUES ('c', 10);
-- error: 23514 n < 10
INSERT INTO t (nme) VALUES ('c');
-- error: 42703 nme
SELECT a.name FROM t a, t b WHERE name = 'a';
-- error: 42702 name
PRAGMA foreign_keys = on;
CREATE TABLE child (t INTEGER REFERENCES t (id));
INSERT INTO child VALUES (99);
-- error: 23503
SELECT count(*) FROM t;
-- > 1
SELECT abs(-9223372036854775808);
-- error: 22003 overflow
DROP TABLE missing;
-- error: 42P01 missing
