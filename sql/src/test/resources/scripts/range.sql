-- WHERE a distance is below a radius: all rows within it, found in memory.

CREATE TABLE r(id INTEGER PRIMARY KEY, cat INTEGER, tag TEXT, emb VECTOR(2));
INSERT INTO r(id, cat, tag, emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  SELECT i, i % 10, 'tag ' || (i % 7), '[' || i || ',1]' FROM n;
INSERT INTO r VALUES (4000, 1, 'none', NULL), (4001, 1, 'zero', '[0,0]');
CREATE INDEX r_cat ON r(cat);
CREATE TABLE labels(cat INTEGER PRIMARY KEY, label TEXT);
INSERT INTO labels VALUES (1, 'one'), (2, 'two');

SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- > 99
-- > 100
-- > 101
-- plan: RangeScan r.emb by L2 to a constant, distance < a computed value (exact scan of resident vectors)
-- plan: over all rows
SELECT id FROM r WHERE emb <-> '[100,1]' <= 2 AND id > 99;
-- > 100
-- > 101
-- > 102
-- plan: distance <=
SELECT id FROM r WHERE 2 > emb <-> '[100,1]';
-- > 99
-- > 100
-- > 101
-- plan: RangeScan
SELECT id FROM r WHERE 1 >= '[100,1]' <-> emb AND tag LIKE 'tag%';
-- > 99
-- > 100
-- > 101
-- plan: distance <=
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 50.5;
-- > 101
-- plan: RangeScan
SELECT count(*), min(id) FROM r WHERE cosine_distance(emb, '[1,1]') < 0.06;
-- > 2 | 1
-- plan: by COSINE
SELECT count(*) FROM r WHERE emb <+> '[100,1]' < 3 OR id = 7;
-- > 6
SELECT count(*) FROM r WHERE emb <#> '[1,0]' < -2990;
-- > 10
-- plan: by INNER_PRODUCT
SELECT cat, count(*) FROM r WHERE emb <+> '[100,1]' <= 10 GROUP BY cat HAVING count(*) > 2;
-- > 0 | 3
-- plan: by L1

-- What the value is decides: SQLite compares numbers with anything.
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < NULL;
-- > 0
-- plan: RangeScan
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 'text';
-- > 3001
-- plan: RangeScan
SELECT count(*) FROM r WHERE emb <=> '[100,1]' < x'00';
-- > 3000
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 9e999;
-- > 3001
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < -9e999;
-- > 0
SELECT count(*) FROM r WHERE emb <-> '[100,1]' <= 0;
-- > 1
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 0;
-- > 0
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < -5;
-- > 0
SELECT count(*) FROM r WHERE emb <-> NULL < 1;
-- > 0
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 1 + 2 * 2;
-- > 9
-- plan: RangeScan
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < CAST('5' AS REAL);
-- > 9
-- plan: RangeScan
SELECT count(*) FROM r WHERE emb <-> '[100,1]' < CAST('5' AS TEXT);
-- > 2391
-- The vector may be any expression that is the same for all rows.
SELECT id FROM r WHERE emb <-> (SELECT emb FROM r WHERE id = 50) < 1.5;
-- > 49
-- > 50
-- > 51
-- plan: QueryVector
SELECT id FROM r WHERE emb <-> '[1,2,3]' < 1.5;
-- error: 22P03 r.emb

-- With other conditions, joins, subqueries, two bounds.
SELECT id FROM r WHERE cat = 3 AND emb <-> '[100,1]' < 15;
-- > 93
-- > 103
-- > 113
-- plan: or if they are few and found by an index the rows of SELECT `id` FROM `main`.`r` WHERE (`cat` = 3)
SELECT id FROM r WHERE id = 100 AND emb <-> '[100,1]' < 15;
-- > 100
SELECT r.id, l.label FROM r JOIN labels l ON l.cat = r.cat WHERE r.emb <-> '[100,1]' < 3 ORDER BY 1;
-- > 101 | one
-- > 102 | two
-- plan: RangeScan
SELECT l.label, r.id FROM labels l LEFT JOIN r ON r.cat = l.cat AND r.id < 20 WHERE r.emb <-> '[2,1]' < 1 ORDER BY 1;
-- > two | 2
SELECT l.label, r.id FROM r LEFT JOIN labels l ON l.cat = r.cat WHERE r.emb <-> '[2,1]' <= 1 ORDER BY 2;
-- > one | 1
-- > two | 2
-- > NULL | 3
SELECT id FROM r WHERE emb <-> '[100,1]' < 5 AND emb <-> '[104,1]' < 3;
-- > 102
-- > 103
-- > 104
SELECT a.id, b.id FROM r a JOIN r b ON b.id = a.id + 1 WHERE a.emb <-> '[5,1]' < 2 AND b.emb <-> '[5,1]' < 2 ORDER BY 1;
-- > 4 | 5
-- > 5 | 6
SELECT count(*) FROM r WHERE id IN (SELECT id FROM r WHERE emb <-> '[100,1]' < 5) AND cat < 5;
-- > 5
SELECT count(*) FROM (SELECT * FROM r ORDER BY id LIMIT 10) WHERE emb <-> '[9,1]' < 3;
-- > 4
-- plan: RangeScan
SELECT id FROM r WHERE NOT emb <-> '[100,1]' > 2 AND emb IS NOT NULL ORDER BY id;
-- > 98
-- > 99
-- > 100
-- > 101
-- > 102
SELECT count(*) FROM r AS o WHERE EXISTS (SELECT 1 FROM r AS i WHERE i.emb <-> '[100,1]' < 2 AND i.id = o.id + 1);
-- > 3
-- plan: RangeScan
SELECT id, emb <-> '[100,1]' AS far FROM r WHERE emb <-> '[100,1]' < 1.5 ORDER BY far DESC, id;
-- > 99 | 1.0
-- > 101 | 1.0
-- > 100 | 0.0
-- plan: RangeScan
CREATE TABLE near(id INTEGER);
INSERT INTO near SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- count: 3
SELECT a.id, b.id FROM r a JOIN r b ON b.id = a.id + 1 AND a.emb <-> '[5,1]' < 2 AND b.emb <-> '[5,1]' < 2 ORDER BY 1;
-- > 4 | 5
-- > 5 | 6
-- plan: RangeScan
SELECT count(*) FROM labels l JOIN r ON r.emb <-> '[100,1]' < 2;
-- > 6
-- plan: RangeScan
SELECT l.label, r.id FROM labels l LEFT JOIN r ON r.emb <-> '[100,1]' < 1 ORDER BY 1;
-- > one | 100
-- > two | 100
-- A value from another row is not the same for all.
SELECT count(*) FROM r a, labels l WHERE a.emb <-> '[100,1]' < l.cat;
-- > 4
SELECT id FROM r a WHERE emb <-> '[100,1]' < (SELECT 1.5) ORDER BY 1;
-- > 99
-- > 100
-- > 101

-- Inside and around other forms.
SELECT id FROM r WHERE emb <-> '[100,1]' < 5 AND EXISTS (SELECT 1 FROM labels l WHERE l.cat = r.cat);
-- > 101
-- > 102
-- plan: RangeScan
SELECT id FROM r AS x WHERE emb <-> '[100,1]' < 5 AND cat = (SELECT max(cat) FROM labels l WHERE l.cat <= x.cat);
-- > 101
-- > 102
-- plan: RangeScan
WITH near AS (SELECT id, cat FROM r WHERE emb <-> '[100,1]' < 5) SELECT a.id FROM near a JOIN near b ON a.id = b.id + 8;
-- > 104
SELECT id FROM r WHERE emb <-> '[100,1]' < 1 UNION ALL SELECT id FROM r WHERE emb <-> '[200,1]' < 1;
-- > 100
-- > 200
SELECT id, count(*) OVER () FROM r WHERE emb <-> '[100,1]' < 2;
-- > 99 | 3
-- > 100 | 3
-- > 101 | 3
SELECT id, n FROM (SELECT id, emb, row_number() OVER (ORDER BY id) AS n FROM r WHERE cat = 0) WHERE emb <-> '[100,1]' < 15;
-- > 90 | 9
-- > 100 | 10
-- > 110 | 11
SELECT DISTINCT cat FROM r WHERE emb <-> '[100,1]' < 2 ORDER BY 1 DESC;
-- > 9
-- > 1
-- > 0
SELECT id FROM r WHERE random() IS NOT NULL AND emb <-> '[100,1]' < 1;
-- > 100
CREATE VIEW v AS SELECT id, emb FROM r WHERE cat < 5;
SELECT id FROM v WHERE emb <-> '[100,1]' < 2;
-- > 100
-- > 101
SELECT id FROM r WHERE emb <-> '[100,1]' < 3 LIMIT 2 OFFSET 1;
-- > 99
-- > 100
SELECT r.id FROM r NATURAL JOIN labels WHERE emb <-> '[100,1]' < 3;
-- > 101
-- > 102
SELECT CASE WHEN emb <-> '[100,1]' < 1 THEN 1 ELSE 0 END AS c, count(*) FROM r GROUP BY c ORDER BY 1;
-- > 0 | 3001
-- > 1 | 1
SELECT (SELECT count(*) FROM r WHERE emb <-> '[100,1]' < 2) + 1;
-- > 4
-- plan: RangeScan
SELECT count(*) FROM r WHERE emb <-> (SELECT emb FROM r WHERE emb <-> '[100,1]' < 1 LIMIT 1) < 2;
-- > 3

-- With ORDER BY the distance and LIMIT: the nearest, cut off behind the radius.
SELECT id FROM r WHERE emb <-> '[100.2,1]' < 1.5 ORDER BY emb <-> '[100.2,1]' LIMIT 10;
-- > 100
-- > 101
-- > 99
-- plan: KnnScan r.emb by L2 to a constant, k = 10
-- plan: cut off behind the search, distance < a computed value
SELECT id FROM r WHERE emb <-> '[100.2,1]' < 1.5 ORDER BY emb <-> '[100.2,1]' LIMIT 2;
-- > 100
-- > 101
SELECT id, emb <-> '[100.2,1]' FROM r WHERE emb <-> '[100.2,1]' < NULL ORDER BY emb <-> '[100.2,1]' LIMIT 2;
SELECT id, cat FROM r WHERE emb <-> '[100.2,1]' <= 20 AND cat = 3 ORDER BY emb <-> '[100.2,1]' LIMIT 5 OFFSET 1;
-- > 93 | 3
-- > 113 | 3
-- > 83 | 3
-- plan: over the rows of SELECT `id` FROM `main`.`r` WHERE (`cat` = 3)
SELECT id FROM r WHERE emb <-> '[100,1]' < 1.5 ORDER BY emb <-> '[1000,1]' LIMIT 2;
-- > 101
-- > 100
SELECT id FROM r WHERE emb <-> '[100,1]' < 1.5 ORDER BY emb <-> '[1000,1]';
-- > 101
-- > 100
-- > 99
-- plan: RangeScan
CREATE INDEX r_ann ON r USING hnsw (emb vector_l2_ops);
SELECT id FROM r WHERE emb <-> '[100.2,1]' < 1.5 ORDER BY emb <-> '[100.2,1]' LIMIT 10;
-- > 100
-- > 101
-- > 99
-- plan: hnsw index r_ann
SELECT rowid FROM knn('r_ann', '[100.2,1]', 3, filter => 'emb <-> ''[110,1]'' < 5');
-- > 106
-- > 107
-- > 108
-- plan: RangeScan
SELECT a.id, s.rowid FROM r a JOIN knn('r_ann', a.emb, 1) s WHERE a.emb <-> '[100,1]' < 2 ORDER BY 1;
-- > 99 | 99
-- > 100 | 100
-- > 101 | 101

-- A transaction sees its own rows, and what was removed is gone.
BEGIN;
INSERT INTO r VALUES (5000, 1, 'new', '[100.5,1]');
DELETE FROM r WHERE id = 99;
UPDATE r SET emb = '[2000.5,1]' WHERE id = 101;
SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- > 100
-- > 5000
-- plan: RangeScan
SAVEPOINT s;
UPDATE r SET emb = NULL WHERE id = 100;
SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- > 5000
ROLLBACK TO s;
SELECT id FROM r WHERE emb <-> '[100,1]' < 2 AND cat = 0;
-- > 100
ROLLBACK;
SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- > 99
-- > 100
-- > 101
-- A table whose vectors are not in memory: the same rows, and the reason.
CREATE TEMP TABLE away(emb VECTOR(2));
INSERT INTO away VALUES ('[1,1]'), ('[9,9]');
SELECT count(*) FROM away WHERE emb <-> '[1,1]' < 2;
-- > 1
-- warning: row by row
CREATE TABLE bare(name TEXT, emb VECTOR(2));
INSERT INTO bare VALUES ('a', '[1,1]'), ('b', '[9,9]');
SELECT name FROM bare WHERE emb <-> '[1,1]' < 2;
-- > a
-- warning: has no INTEGER PRIMARY KEY
EXPLAIN ANALYZE SELECT id FROM r WHERE emb <-> '[100,1]' < 2;
-- plan: ran: exact scan in memory
-- plan: 3 rows returned
EXPLAIN ANALYZE SELECT id FROM r WHERE cat = 3 AND emb <-> '[100,1]' < 2;
-- plan: ran: distances of 300 rows read from SQLite
