-- Nearest neighbours: forms of the query, filters, joins, groups, subqueries.

CREATE TABLE items(id INTEGER PRIMARY KEY, cat INTEGER, "value" TEXT, emb VECTOR(2));
INSERT INTO items(id, cat, "value", emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
  SELECT i, i % 5, 'v' || i, '[' || i || ',0]' FROM n;
-- count: 100
CREATE TABLE cats(cat INTEGER PRIMARY KEY, label TEXT);
INSERT INTO cats VALUES (0, 'zero'), (1, 'one'), (2, 'two'), (3, 'three');

SELECT id FROM items ORDER BY emb <-> '[10.1,0]' LIMIT 3;
-- > 10
-- > 11
-- > 9
-- plan: KnnScan items.emb by L2
SELECT id, emb <-> '[10,0]' AS d FROM items ORDER BY d LIMIT 2;
-- > 10 | 0.0
-- > 9 | 1.0
-- plan: KnnScan
SELECT id, emb <-> '[10,0]' FROM items ORDER BY 2, 1 LIMIT 3;
-- > 10 | 0.0
-- > 9 | 1.0
-- > 11 | 1.0
SELECT id FROM items ORDER BY l2_distance('[50,0]', emb) ASC LIMIT 1 OFFSET 1;
-- > 49
-- plan: k = 1 after 1
SELECT value FROM items ORDER BY emb <+> '[33.2,0]' LIMIT 1;
-- > v33
SELECT id FROM items ORDER BY emb <#> '[1,0]' LIMIT 2;
-- > 100
-- > 99

-- Filters give k rows whenever k match.
SELECT id FROM items WHERE cat = 3 ORDER BY emb <-> '[50,0]' LIMIT 3;
-- > 48
-- > 53
-- > 43
-- plan: over the rows of
SELECT id FROM items WHERE id IN (1, 50, 99) ORDER BY emb <-> '[40,0]' LIMIT 2;
-- > 50
-- > 1
SELECT id FROM items WHERE "value" LIKE 'v9%' AND id BETWEEN 90 AND 95 ORDER BY emb <-> '[0,0]' LIMIT 2;
-- > 90
-- > 91
SELECT id FROM items WHERE cat = 77 ORDER BY emb <-> '[1,1]' LIMIT 3;

-- Joins: on the right, on the left, with a filter on the other table.
SELECT i.id, c.label FROM items i JOIN cats c ON c.cat = i.cat WHERE c.label = 'two' ORDER BY i.emb <-> '[20,0]' LIMIT 2;
-- > 22 | two
-- > 17 | two
-- plan: KnnScan items.emb
SELECT c.label, i.id FROM cats c JOIN items i USING (cat) ORDER BY i.emb <-> '[44,0]' LIMIT 2;
-- > three | 43
-- > zero | 45
SELECT i.id, c.label FROM items AS i LEFT JOIN cats AS c ON c.cat = i.cat ORDER BY i.emb <-> '[44,0]' LIMIT 1;
-- > 44 | NULL

-- Grouped and nested.
SELECT cat, count(*) AS n, group_concat(id, '+') FROM (SELECT id, cat FROM items ORDER BY emb <-> '[3,0]' LIMIT 5) GROUP BY cat ORDER BY cat;
-- > 0 | 1 | 5
-- > 1 | 1 | 1
-- > 2 | 1 | 2
-- > 3 | 1 | 3
-- > 4 | 1 | 4
-- plan: KnnScan
SELECT count(*) FROM items WHERE id IN (SELECT id FROM items ORDER BY emb <-> '[3,0]' LIMIT 7);
-- > 7
WITH near AS (SELECT id, emb <-> '[60,0]' AS d FROM items ORDER BY d LIMIT 4) SELECT max(id), min(id), count(*) FROM near WHERE d < 1.5;
-- > 61 | 59 | 3
SELECT id FROM items ORDER BY emb <-> (SELECT emb FROM items WHERE id = 70) LIMIT 2;
-- > 70
-- > 69
-- plan: QueryVector
SELECT a.id FROM (SELECT * FROM items WHERE id > 50) AS a ORDER BY a.emb <-> '[0,0]' LIMIT 1;
-- > 51
-- plan: KnnScan
SELECT id, row_number() OVER (ORDER BY emb <-> '[5,0]') FROM items WHERE id < 4 ORDER BY id;
-- > 1 | 3
-- > 2 | 2
-- > 3 | 1
SELECT id FROM items UNION ALL SELECT 0 ORDER BY 1 LIMIT 1;
-- > 0

-- Plain evaluation where a search does not fit.
SELECT id FROM items ORDER BY emb <-> '[1,0]' DESC LIMIT 1;
-- > 100
SELECT id FROM items WHERE emb <-> '[10,0]' < 1.5 ORDER BY id;
-- > 9
-- > 10
-- > 11
SELECT round(avg(emb <-> '[0,0]'), 1), max(emb <-> '[0,0]') FROM items;
-- > 50.5 | 100.0
SELECT id FROM items WHERE id < 3 ORDER BY emb <-> '[2,0]';
-- > 2
-- > 1
-- warning: LIMIT
SELECT CASE WHEN emb <-> '[1,0]' < 1 THEN 'near' ELSE 'far' END AS w, count(*) FROM items GROUP BY w ORDER BY w;
-- > far | 99
-- > near | 1

-- Rows without a vector are no neighbours.
INSERT INTO items(id, cat) VALUES (200, 1);
SELECT id FROM items WHERE id > 98 ORDER BY emb <-> '[0,0]' LIMIT 5;
-- > 99
-- > 100

-- Changes are followed.
DELETE FROM items WHERE id = 10;
UPDATE items SET emb = '[10,0]' WHERE id = 90;
UPDATE items SET id = 500 WHERE id = 11;
SELECT id FROM items ORDER BY emb <-> '[10,0]' LIMIT 3;
-- > 90
-- > 9
-- > 500
BEGIN;
INSERT INTO items(id, cat, emb) VALUES (300, 9, '[10,0.5]');
SAVEPOINT s;
DELETE FROM items WHERE id = 90;
SELECT id FROM items ORDER BY emb <-> '[10,0]' LIMIT 2;
-- > 300
-- > 9
ROLLBACK TO s;
SELECT id FROM items ORDER BY emb <-> '[10,0]' LIMIT 2;
-- > 90
-- > 300
ROLLBACK;
SELECT id FROM items ORDER BY emb <-> '[10,0]' LIMIT 2;
-- > 90
-- > 9

-- Refusals.
SELECT id FROM items ORDER BY emb <-> '[1,2,3]' LIMIT 1;
-- error: 22P03 items.emb
SELECT id FROM items ORDER BY embb <-> '[1,2]' LIMIT 1;
-- error: 42703 emb
SELECT id FROM itemz ORDER BY emb <-> '[1,2]' LIMIT 1;
-- error: 42P01 items
SELECT id FROM items ORDER BY emb <-> '[1,' LIMIT 1;
-- error: 22P02
SELECT id FROM items ORDER BY "value" <-> '[1,2]' LIMIT 1;
-- error: 22P02
SELECT id, FROM items ORDER BY emb <-> '[1,2]' LIMIT 1;
-- error: 42601
SELECT cat FROM items i JOIN cats c ON i.cat = c.cat ORDER BY emb <-> '[1,2]' LIMIT 1;
-- error: 42702

-- Keys and distances come from the search alone, in any order and under any name.
SELECT emb <-> '[10.5,0]' AS far, id AS item, id FROM items WHERE cat = 1 ORDER BY far LIMIT 2 OFFSET 1;
-- > 4.5 | 6 | 6
-- > 5.5 | 16 | 16
-- plan: Found (distance, key, key from the search; no row is read)
SELECT id FROM items ORDER BY emb <-> NULL LIMIT 2;
SELECT id FROM items ORDER BY emb <-> '[10,0]' LIMIT 5 OFFSET 1000;
SELECT id + 0, emb <-> '[10.5,0]' FROM items ORDER BY emb <-> '[10.5,0]' LIMIT 1;
-- > 90 | 0.5
-- plan: Sqlite (compiled)
