-- Storage classes, affinities and conversions of plain SQLite.

CREATE TABLE t (i INTEGER, r REAL, s TEXT, b BLOB, n NUMERIC, x);
INSERT INTO t VALUES ('12', '1.5', 12, x'0aff', '3.0', '3.0');
-- count: 1
SELECT i, r, s, b, n, x FROM t;
-- > 12 | 1.5 | 12 | x'0aff' | 3 | 3.0
SELECT typeof(i), typeof(r), typeof(s), typeof(b), typeof(n), typeof(x) FROM t;
-- > integer | real | text | blob | integer | text

SELECT 9223372036854775807, -9223372036854775808, 9223372036854775807 + 1.0;
-- > 9223372036854775807 | -9223372036854775808 | 9.22337E18
SELECT 7 / 2, 7 / 2.0, 7 % 3, 1 / 0, -7 / 2;
-- > 3 | 3.5 | 1 | NULL | -3
SELECT '10' + 5, 'abc' || 1, NULL || 'x', 'a' < 'B' COLLATE NOCASE;
-- > 15 | abc1 | NULL | 1
SELECT CAST('12abc' AS INTEGER), CAST(3.99 AS INTEGER), CAST(1 AS TEXT), CAST('x' AS BLOB);
-- > 12 | 3 | 1 | x'78'
SELECT NULL IS NULL, NULL = NULL, coalesce(NULL, 2), nullif(1, 1), 1 IS NOT DISTINCT FROM 1;
-- > 1 | NULL | 2 | NULL | 1
SELECT 0x10, 1e3, .5, 'it''s', TRUE, FALSE;
-- > 16 | 1000.0 | 0.5 | it's | 1 | 0
SELECT 1.0 / 3, 2.0 / 3 * 1e10, 1e-10 / 3;
-- > 0.333333 | 6.66667E9 | 3.33333E-11
SELECT 'naïve', length('naïve'), upper('abc'), hex('é'), unicode('é');
-- > naïve | 5 | ABC | C3A9 | 233

CREATE TABLE strictly (i INTEGER, s TEXT) STRICT;
INSERT INTO strictly VALUES ('twelve', 's');
-- error: 22000 INTEGER
INSERT INTO strictly VALUES (12, 's');
-- count: 1

SELECT date('2024-02-28', '+2 days'), strftime('%Y', '2024-05-01'), julianday('2000-01-01');
-- > 2024-03-01 | 2024 | 2451540.0
