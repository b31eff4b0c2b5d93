-- knn(index, vector, k, ef_search, filter) in FROM.

CREATE TABLE d(id INTEGER PRIMARY KEY, cat INTEGER, title TEXT, emb VECTOR(2));
INSERT INTO d(id, cat, title, emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
  SELECT i, i % 5, 'title ' || i, '[' || i || ',0]' FROM n;
CREATE INDEX d_l2 ON d USING hnsw (emb vector_l2_ops);
CREATE INDEX d_ip ON d USING hnsw (emb vector_ip_ops);
CREATE INDEX "d cos" ON d USING hnsw (emb vector_cosine_ops);

SELECT * FROM knn('d_l2', '[50.25,0]', 3);
-- > 50 | 0.25 | 0.8
-- > 51 | 0.75 | 0.571429
-- > 49 | 1.25 | 0.444444
-- plan: KnnScan d.emb by L2 to a constant, k = 3 (hnsw index d_l2, ef_search 80)
SELECT rowid, distance, score FROM knn('d_ip', '[1,0]', k => 2) ORDER BY distance;
-- > 200 | -200.0 | 200.0
-- > 199 | -199.0 | 199.0
SELECT distance, score FROM knn('D COS', '[0,1]', k => 1);
-- > 1.0 | 0.0
SELECT count(*) FROM knn('d_l2', '[0,0]');
-- > 10
SELECT s.rowid FROM knn(vector => '[7,0]', index => 'd_l2', ef_search => 200, k => 1) AS s;
-- > 7
-- plan: ef_search 200
SELECT rowid FROM knn('d_l2', l2_normalize('[3,4]'), 1);
-- > 1
-- plan: QueryVector
SELECT rowid FROM knn('d_l2', (SELECT emb FROM d WHERE title = 'title 77'), 1);
-- > 77
SELECT count(*) FROM knn('d_l2', NULL, 1);
-- > 0
SELECT count(*) FROM knn('d_l2', '[1,1]', 0);
-- > 0

-- Joined, in subqueries, several at once, in changes.
SELECT d.title, round(s.distance, 3) FROM knn('d_l2', '[50.25,0]', 2) s JOIN d ON d.id = s.rowid ORDER BY s.distance;
-- > title 50 | 0.25
-- > title 51 | 0.75
SELECT title FROM d JOIN knn('d_l2', '[50.25,0]', 2) s ON d.id = s.rowid WHERE s.distance < 0.5;
-- > title 50
SELECT a.rowid, b.rowid FROM knn('d_l2', '[1,0]', 2) a JOIN knn('d_l2', '[2,0]', 2) b USING (rowid) ORDER BY a.rowid;
-- > 1 | 1
-- > 2 | 2
SELECT title FROM d WHERE id IN (SELECT rowid FROM knn('d_l2', '[50.25,0]', 2)) ORDER BY id;
-- > title 50
-- > title 51
WITH near(r, dist, sc) AS (SELECT * FROM knn('d_l2', '[9,0]', 2)) SELECT min(r), count(*) FROM near;
-- > 8 | 2
CREATE TABLE found(id INTEGER, dist REAL);
INSERT INTO found SELECT rowid, distance FROM knn('d_l2', '[9,0]', 1);
SELECT * FROM found;
-- > 9 | 0.0
SELECT d.id FROM d JOIN knn('d_l2', '[9,0]', 5) s ON s.rowid = d.id ORDER BY d.emb <-> '[7,0]' LIMIT 1;
-- > 7

-- A filter is a predicate over the index's table.
SELECT rowid FROM knn('d_l2', '[50,0]', 2, filter => 'cat = 1');
-- > 51
-- > 46
-- plan: over the rows of SELECT `id` FROM `main`.`d` WHERE (`cat` = 1)
SELECT rowid FROM knn('d_l2', '[50,0]', 2, filter => 'title LIKE ''%7'' AND id IN (SELECT id FROM d WHERE cat = 2)');
-- > 47
-- > 57
SELECT count(*) FROM knn('d_l2', '[50,0]', 100, filter => 'cat = 1');
-- > 40
SELECT count(*) FROM knn('d_l2', '[50,0]', 100, filter => 'emb <-> ''[3,0]'' < 2.5');
-- > 5

-- A column in place of an index: all its vectors are compared.
SELECT rowid, distance FROM knn('d.emb', '[50.25,0]', 2);
-- > 50 | 0.25
-- > 51 | 0.75
-- plan: exact scan
SELECT rowid, score FROM knn('d.emb', '[1,0]', 1, metric => 'ip');
-- > 200 | 200.0
SELECT rowid FROM knn('d.emb', '[50.25,0]', 2, filter => 'cat = 2', metric => 'l1');
-- > 52
-- > 47
SELECT * FROM knn('d_l2', '[1,0]', metric => 'ip');
-- error: 42883 has its own
SELECT * FROM knn('d.emb', '[1,0]', metric => 'hamming');
-- error: 22023 hamming
SELECT * FROM knn('d.title', '[1,0]');
-- error: 42P01 d.title

-- Changes are followed.
UPDATE d SET emb = '[50.25,0]' WHERE id = 100;
SELECT rowid FROM knn('d_l2', '[50.25,0]', 1);
-- > 100
DELETE FROM d WHERE id = 100;
SELECT rowid FROM knn('d_l2', '[50.25,0]', 1);
-- > 50

-- Refusals.
SELECT * FROM knn('d_l3', '[1,2]');
-- error: 42P01 did you mean "d_l2"
SELECT * FROM knn(1, '[1,2]');
-- error: 22023 single quotes
SELECT * FROM knn('d_l2', '[1,2,3]');
-- error: 22P03 d.emb
SELECT * FROM knn('d_l2', l2_normalize('[1,2,3]'));
-- error: 22P03 d.emb
SELECT * FROM knn('d_l2', '[1,');
-- error: 22P02
SELECT * FROM knn('d_l2');
-- error: 42883 needs the argument "vector"
SELECT * FROM knn('d_l2', '[1,2]', -1);
-- error: 22023 k expects 0 or more
SELECT * FROM knn('d_l2', '[1,2]', 1.5);
-- error: 22023 whole number
SELECT * FROM knn('d_l2', '[1,2]', ef_search => 100000);
-- error: 22023 10000
SELECT * FROM knn('d_l2', '[1,2]', kk => 3);
-- error: 42883 did you mean "k"
SELECT * FROM knn('d_l2', '[1,2]', 3, k => 3);
-- error: 42883 twice
SELECT knn('d_l2', '[1,2]');
-- error: 42883 FROM knn
SELECT * FROM knn('d_l2', '[1,2]', filter => 'cat = = 1');
-- error: 42601 at character 5
SELECT * FROM knn('d_l2', '[1,2]', filter => 'cat = 1 AND catt = 2');
-- error: 42703 at character 13
SELECT * FROM knn('d_l2', '[1,2]', filter => 'cat = ?');
-- error: 22023 at character 7
SELECT * FROM knn('d_l2', '[1,2]', filter => '');
-- error: 42601 empty
SELECT * FROM knn('d_l2', '[1,2]', filter => '1) OR (1');
-- error: 42601 at character 2
