-- Filters of a search: which way is taken, and that k rows come back whenever k match.

CREATE TABLE f(id INTEGER PRIMARY KEY, cat INTEGER, tag TEXT, emb VECTOR(2));
INSERT INTO f(id, cat, tag, emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
  SELECT i, i % 100, 'tag ' || (i % 7), '[' || i || ',' || (i % 13) || ']' FROM n;
-- count: 4000
CREATE INDEX f_cat ON f(cat);
CREATE TABLE labels(cat INTEGER PRIMARY KEY, label TEXT);
INSERT INTO labels VALUES (1, 'one'), (2, 'two'), (50, 'fifty');

-- Without a vector index.
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 3;
-- > 950
-- > 1050
-- > 850
-- plan: filter:
SELECT id FROM f WHERE cat >= 0 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 1001
SELECT id FROM f WHERE tag LIKE '%3' AND cat < 3 ORDER BY emb <-> '[10,0]' LIMIT 2;
-- > 101
-- > 402
SELECT id FROM f WHERE cat = 1000 ORDER BY emb <-> '[10,0]' LIMIT 2;

CREATE INDEX f_ann ON f USING hnsw (emb vector_l2_ops);
-- A strong filter, a weak one, one that lets nothing through.
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 3;
-- > 950
-- > 1050
-- > 850
-- plan: hnsw index f_ann, ef_search 80
-- plan: filter:
SELECT id FROM f WHERE cat >= 0 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 1001
-- plan: filter:
SELECT id FROM f WHERE cat = 1000 ORDER BY emb <-> '[10,0]' LIMIT 2;
-- The k rows are far away from the query.
SELECT id FROM f WHERE id > 3998 ORDER BY emb <-> '[1,1]' LIMIT 5;
-- > 3999
-- > 4000
SELECT count(*) FROM (SELECT id FROM f WHERE cat IN (1, 2) ORDER BY emb <-> '[1,1]' LIMIT 70);
-- > 70
SELECT count(*) FROM (SELECT id FROM f WHERE cat IN (1, 2) ORDER BY emb <-> '[1,1]' LIMIT 90);
-- > 80

-- Joins: inner, outer, with several rows for one of the table's.
SELECT f.id, l.label FROM f JOIN labels l ON l.cat = f.cat WHERE l.label <> 'two' ORDER BY f.emb <-> '[3,3]' LIMIT 2;
-- > 1 | one
-- > 50 | fifty
SELECT l.label, f.id FROM labels l LEFT JOIN f ON f.cat = l.cat AND f.id < 60 ORDER BY f.emb <-> '[3,3]' LIMIT 2;
-- > two | 2
-- > one | 1
SELECT f.id, count(*) OVER () FROM f JOIN labels l ON l.cat <> f.cat WHERE f.id < 3 ORDER BY f.emb <-> '[1,1]' LIMIT 9;
-- > 1 | 4
-- > 1 | 4
-- > 2 | 4
-- > 2 | 4
SELECT id FROM f WHERE EXISTS (SELECT 1 FROM labels l WHERE l.cat = f.cat AND l.label = 'two') ORDER BY emb <-> '[3,3]' LIMIT 2;
-- > 2
-- > 102

-- A limit beneath: single rows cannot be left out, all keys are read. A window sees all rows.
SELECT id FROM (SELECT * FROM f ORDER BY id LIMIT 10 OFFSET 5) ORDER BY emb <-> '[4000,0]' LIMIT 2;
-- > 15
-- > 14
-- plan: allows no other way
SELECT id, n FROM (SELECT id, emb, row_number() OVER (ORDER BY id) AS n FROM f WHERE cat = 50) ORDER BY emb <-> '[150,0]' LIMIT 2;
-- > 150 | 2
-- > 250 | 3
-- warning: window function

-- Ids that are kept between executions follow changes, rollbacks and other tables.
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 950
UPDATE f SET cat = 51 WHERE id = 950;
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 1050
BEGIN;
UPDATE f SET cat = 50 WHERE id = 1000;
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 1000
ROLLBACK;
SELECT id FROM f WHERE cat = 50 ORDER BY emb <-> '[1000,0]' LIMIT 1;
-- > 1050
SELECT id FROM f WHERE cat IN (SELECT cat FROM labels) ORDER BY emb <-> '[1000,12]' LIMIT 1;
-- > 1002
INSERT INTO labels VALUES (0, 'zero');
SELECT id FROM f WHERE cat IN (SELECT cat FROM labels) ORDER BY emb <-> '[1000,12]' LIMIT 1;
-- > 1000
SELECT count(*) FROM (SELECT id FROM f WHERE tag LIKE 'TAG 1' ORDER BY emb <-> '[1000,0]' LIMIT 5);
-- > 5
PRAGMA case_sensitive_like = on;
SELECT count(*) FROM (SELECT id FROM f WHERE tag LIKE 'TAG 1' ORDER BY emb <-> '[1000,0]' LIMIT 5);
-- > 0
PRAGMA case_sensitive_like = off;

-- What was done is told.
EXPLAIN ANALYZE SELECT id FROM f WHERE cat = 77 ORDER BY emb <-> '[1000,0]' LIMIT 3;
-- plan: ran: hnsw index f_ann, ef_search 80, k = 3
-- plan: 3 rows returned
-- plan: Total: 3 rows
EXPLAIN ANALYZE SELECT id FROM f WHERE cat >= 0 ORDER BY emb <-> '[1000,0]' LIMIT 3;
-- plan: rows checked
EXPLAIN ANALYZE UPDATE f SET tag = 'x' WHERE id = 1;
-- plan: Total: 1 rows
EXPLAIN EXPLAIN SELECT 1;
-- error: 42601 once
