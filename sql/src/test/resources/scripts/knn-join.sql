-- A search for each row of a table: knn whose vector comes from the left.

CREATE TABLE d(id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(2));
INSERT INTO d(id, cat, emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  SELECT i, i % 3, '[' || i || ',0]' FROM n;
CREATE INDEX d_l2 ON d USING hnsw (emb vector_l2_ops);
CREATE TABLE q(id INTEGER PRIMARY KEY, name TEXT, emb VECTOR(2));
INSERT INTO q VALUES (1, 'ten', '[10.25,0]'), (2, 'forty', '[40.25,0]'), (3, 'ten again', '[10.25,0]'), (4, 'none', NULL);

SELECT q.name, s.rowid, s.distance FROM q JOIN knn('d_l2', q.emb, k => 2) s ORDER BY q.id, s.distance;
-- > ten | 10 | 0.25
-- > ten | 11 | 0.75
-- > forty | 40 | 0.25
-- > forty | 41 | 0.75
-- > ten again | 10 | 0.25
-- > ten again | 11 | 0.75
-- plan: KnnJoin d.emb by L2
-- plan: AUTOMATIC
SELECT * FROM q JOIN knn('d_l2', emb, k => 1) s WHERE q.id < 3 ORDER BY q.id;
-- > 1 | ten | [10.25,0] | 10 | 0.25 | 0.8
-- > 2 | forty | [40.25,0] | 40 | 0.25 | 0.8
-- plan: WHERE (`id` < 3)
SELECT q.id, s.rowid FROM q LEFT JOIN knn('d_l2', q.emb, 1) AS s ON s.distance < 0.5 ORDER BY q.id;
-- > 1 | 10
-- > 2 | 40
-- > 3 | 10
-- > 4 | NULL
SELECT q.id, s.rowid FROM q, knn('d_l2', q.emb, 1) s ORDER BY 1;
-- > 1 | 10
-- > 2 | 40
-- > 3 | 10
SELECT q.id, s.rowid FROM q CROSS JOIN knn('d_l2', q.emb, 1) s WHERE q.name LIKE 'ten%' ORDER BY 1;
-- > 1 | 10
-- > 3 | 10
-- The hits joined with their table; a filter; expressions; texts.
SELECT q.id, d.id, d.cat FROM q JOIN knn('d_l2', q.emb, 2, filter => 'cat = 0') s JOIN d ON d.id = s.rowid ORDER BY q.id, s.distance;
-- > 1 | 9 | 0
-- > 1 | 12 | 0
-- > 2 | 39 | 0
-- > 2 | 42 | 0
-- > 3 | 9 | 0
-- > 3 | 12 | 0
SELECT v.t, s.rowid FROM (SELECT '[7,0]' AS t UNION ALL SELECT '[9,0]') v JOIN knn('d_l2', v.t, 1) s ORDER BY v.t;
-- > [7,0] | 7
-- > [9,0] | 9
SELECT q.id, s.rowid FROM q JOIN knn('d_l2', subvector(q.emb, 1, 2), 1) s WHERE q.id = 2;
-- > 2 | 40
-- Searches behind searches, in subqueries, grouped, changed into a table.
SELECT q.id, a.rowid, b.rowid FROM q JOIN knn('d_l2', q.emb, 1) a JOIN d ON d.id = a.rowid JOIN knn('d_l2', d.emb, 2) b ON b.rowid <> a.rowid WHERE q.id = 1;
-- > 1 | 10 | 9
SELECT id, (SELECT count(*) FROM q JOIN knn('d_l2', q.emb, 3) s) FROM d WHERE id < 3;
-- > 1 | 9
-- > 2 | 9
SELECT q.name, count(*), min(s.distance) FROM q JOIN knn('d_l2', q.emb, 5) s GROUP BY q.name ORDER BY 1;
-- > forty | 5 | 0.25
-- > ten | 5 | 0.25
-- > ten again | 5 | 0.25
WITH near AS (SELECT q.id AS q, s.* FROM q JOIN knn('d_l2', q.emb, 2) s) SELECT a.q, b.q FROM near a JOIN near b ON a.rowid = b.rowid AND a.q < b.q ORDER BY 1, 2;
-- > 1 | 3
-- > 1 | 3
CREATE TABLE pairs(a INTEGER, b INTEGER);
INSERT INTO pairs SELECT d.id, s.rowid FROM d JOIN knn('d_l2', d.emb, 3) s ON s.rowid <> d.id;
-- count: 600
SELECT a, b FROM pairs WHERE a = 7 ORDER BY b;
-- > 7 | 6
-- > 7 | 8
-- Without the index's answer in this snapshot, by rows of a join's right side; nothing to search for.
SELECT q.id, s.rowid FROM d JOIN q ON q.id = d.id JOIN knn('d_l2', q.emb, 1) s ORDER BY 1;
-- > 1 | 10
-- > 2 | 40
-- > 3 | 10
SELECT count(*) FROM q JOIN knn('d_l2', q.emb, 5) s WHERE q.id > 3;
-- > 0
BEGIN;
DELETE FROM d WHERE id = 10;
SELECT q.id, s.rowid FROM q JOIN knn('d_l2', q.emb, 1) s ORDER BY 1;
-- > 1 | 11
-- > 2 | 40
-- > 3 | 11
ROLLBACK;

-- Without an index, by a column.
SELECT q.id, s.rowid, s.score FROM q JOIN knn('d.emb', q.emb, 1) s ORDER BY 1;
-- > 1 | 10 | 0.8
-- > 2 | 40 | 0.8
-- > 3 | 10 | 0.8
-- plan: exact scan
SELECT count(*) FROM d JOIN knn('d.emb', d.emb, 1, metric => 'l1') s ON s.rowid = d.id;
-- > 300

-- Refusals.
SELECT * FROM knn('d_l2', q.emb, 1) s;
-- error: 42P01
SELECT * FROM q JOIN knn('d_l2', q.embb, 1) s;
-- error: 42703 emb
SELECT * FROM q JOIN knn('d_l2', q.name, 1) s;
-- error: 22P02
SELECT * FROM q JOIN knn('d_l2', subvector(q.emb, 1, 1), 1) s;
-- error: 22P03 d.emb
SELECT * FROM q JOIN knn('d_l2', q.emb, 1) s USING (rowid);
-- error: 0A000 takes ON
SELECT * FROM q RIGHT JOIN knn('d_l2', q.emb, 1) s ON true;
-- error: 0A000
SELECT * FROM q JOIN knn('d_l2', q.emb, k => q.id) s;
-- error: 22023 whole number
SELECT id FROM q WHERE EXISTS (SELECT 1 FROM d JOIN knn('d_l2', q.emb, 1) s ON d.id = s.rowid);
-- error: 0A000 outer query
