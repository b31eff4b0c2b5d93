-- Approximate indexes: defining, searching, changing, rebuilding, dropping.

CREATE TABLE docs(id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR(3));
INSERT INTO docs(id, cat, emb)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  SELECT i, i % 10, '[' || (i % 17) || ',' || (i % 101) || ',' || (i / 3000.0) || ']' FROM n;
-- count: 3000
CREATE INDEX docs_ann ON docs USING hnsw (emb vector_l2_ops) WITH (m = 8, ef_construction = 64);
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 3;
-- > 1363
-- > 1465
-- > 1464
-- plan: hnsw index docs_ann
SELECT name, metric, m, ef_construction, rows, changed_rows FROM sextant.indexes;
-- > docs_ann | L2 | 8 | 64 | 3000 | 0
SELECT id FROM docs ORDER BY emb <=> '[3,50,0.5]' LIMIT 1;
-- > 1363
-- plan: exact scan
SELECT count(*) FROM (SELECT id FROM docs WHERE cat = 4 ORDER BY emb <-> '[3,50,0.5]' LIMIT 20);
-- > 20
SELECT count(*) FROM (SELECT id FROM docs WHERE id IN (7, 70, 700) ORDER BY emb <-> '[3,50,0.5]' LIMIT 20);
-- > 3

-- Changes are seen at once.
INSERT INTO docs VALUES (9000, 1, '[3,50,0.5]');
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 2;
-- > 9000
-- > 1363
DELETE FROM docs WHERE id IN (9000, 1363);
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 1;
-- > 1465
UPDATE docs SET emb = '[3,50,0.5]' WHERE id = 1;
BEGIN;
INSERT INTO docs VALUES (9001, 1, '[3,50,0.49]');
DELETE FROM docs WHERE id = 1;
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 1;
-- > 9001
ROLLBACK;
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 1;
-- > 1
SELECT changed_rows FROM sextant.indexes;
-- > 3
REINDEX docs_ann;
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 1;
-- > 1
SELECT rows, changed_rows FROM sextant.indexes;
-- > 2999 | 0

SET hnsw.ef_search = 200;
SET hnsw.ef_search = 0;
-- error: 22023
CREATE INDEX docs_ann ON docs USING hnsw (emb vector_l2_ops);
-- error: 42P07 docs_ann
CREATE INDEX IF NOT EXISTS docs_ann ON docs USING hnsw (emb vector_l2_ops);
CREATE VECTOR INDEX by_angle ON docs(emb) USING hnsw WITH (metric = 'cosine', quantization = 'none');
SELECT id FROM docs ORDER BY emb <=> '[3,50,0.5]' LIMIT 1;
-- > 1
-- plan: hnsw index by_angle
CREATE INDEX bad ON docs USING ivfflat (emb);
-- error: 0A000
CREATE INDEX bad ON docs USING hnsw (cat);
-- error: 42804
CREATE INDEX bad ON nothing USING hnsw (emb);
-- error: 42P01
CREATE INDEX bad ON docs USING hnsw (emb vector_l2_ops) WITH (m = 1);
-- error: 22023
CREATE INDEX bad ON docs USING hnsw (emb wrong_ops);
-- error: 22023
BEGIN;
CREATE INDEX bad ON docs USING hnsw (emb);
-- error: 25000
ROLLBACK;
DROP INDEX by_angle;
DROP INDEX docs_ann;
SELECT id FROM docs ORDER BY emb <-> '[3,50,0.5]' LIMIT 1;
-- > 1
-- plan: exact scan
SELECT count(*) FROM sextant.indexes;
-- > 0
CREATE INDEX docs_cat ON docs(cat);
DROP INDEX docs_cat;
