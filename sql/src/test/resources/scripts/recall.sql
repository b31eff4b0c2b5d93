-- vector_recall(index, samples, k), and what sextant.indexes remembers of it.

CREATE TABLE r(id INTEGER PRIMARY KEY, emb VECTOR(4));
INSERT INTO r(emb) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  SELECT '[' || (i * 7919 % 1009) || ',' || (i * 104729 % 997) || ',' || (i * 1299709 % 991) || ',' || (i % 13) || ']' FROM n;
CREATE INDEX r_ann ON r USING hnsw (emb vector_l2_ops);
SELECT name, last_recall, last_recall_at, last_recall_samples FROM sextant.indexes;
-- > r_ann | NULL | NULL | NULL
SELECT vector_recall('r_ann', 50, 10) > 0.98;
-- > 1
-- plan: MeasureRecall of index r_ann
SELECT name, last_recall > 0.98, last_recall_at, last_recall_samples, last_recall_ef_search FROM sextant.indexes;
-- > r_ann | 1 | 10 | 50 | 80
-- The same sample again; parameters and names; inside expressions.
SELECT vector_recall('R_ANN', samples => 50) = vector_recall('r_ann', 50, k => 10);
-- > 1
SET hnsw.ef_search = 1;
SELECT vector_recall('r_ann', k => 1) < 1.0;
-- > 1
SET hnsw.ef_search = 2000;
SELECT round(vector_recall('r_ann', 20, 5), 3) AS recall, count(*) FROM r;
-- > 1.0 | 3000
SELECT last_recall, last_recall_at, last_recall_ef_search FROM sextant.indexes;
-- > 1.0 | 5 | 2000
-- Fewer rows than k; none at all.
DELETE FROM r WHERE id > 3;
SELECT vector_recall('r_ann', 20, 5);
-- > 1.0
DELETE FROM r;
SELECT vector_recall('r_ann');
-- > 1.0
REINDEX r_ann;
SELECT last_recall FROM sextant.indexes;
-- > NULL

SELECT vector_recall('none');
-- error: 42P01
SELECT vector_recall('r.emb');
-- error: 42883 a column is none
SELECT vector_recall('r_ann', 0);
-- error: 22023 from 1 to 10000
SELECT vector_recall('r_ann', 10, 2000);
-- error: 22023 from 1 to 1000
SELECT vector_recall('r_ann', id) FROM r;
-- error: 22023 whole number
