-- Vector columns: storing, reading, converting, refusing.

CREATE TABLE docs(id INTEGER PRIMARY KEY, cat TEXT, emb VECTOR(3));
INSERT INTO docs VALUES (1, 'a', '[1,0,0]'), (2, 'b', '[0, 1.5, -2e1]'), (3, 'a', NULL);
-- count: 3
SELECT id, emb FROM docs;
-- > 1 | [1,0,0]
-- > 2 | [0,1.5,-20]
-- > 3 | NULL
SELECT typeof(emb), length(emb), hex(emb) FROM docs WHERE id = 1;
-- > blob | 12 | 0000803F0000000000000000
INSERT INTO docs(emb, id) VALUES (x'0000803F0000803F0000803F', 4);
-- count: 1
INSERT INTO docs(id, emb) SELECT id + 10, emb FROM docs WHERE emb IS NOT NULL ORDER BY id;
-- count: 3
SELECT id FROM docs WHERE emb IS NOT NULL ORDER BY id;
-- > 1
-- > 2
-- > 4
-- > 11
-- > 12
-- > 14
INSERT INTO docs(id, cat, emb) VALUES (1, 'z', '[7,7,7]') ON CONFLICT(id) DO UPDATE SET emb = excluded.emb, cat = 'up';
SELECT cat, emb FROM docs WHERE id = 1;
-- > up | [7,7,7]
INSERT OR REPLACE INTO docs VALUES (1, 'r', '[1,2,3]') RETURNING id, emb;
-- > 1 | [1,2,3]
INSERT INTO docs(id, cat, emb) VALUES (1, 'z', '[0,0,0]') ON CONFLICT DO NOTHING;
UPDATE docs SET emb = '[3,2,1]', cat = 'u' WHERE id = 1 RETURNING emb, cat;
-- > [3,2,1] | u
UPDATE docs SET cat = 'plain' WHERE id = 2;
-- count: 1
UPDATE docs SET emb = l2_normalize(emb) WHERE id = 2;
-- count: 1
SELECT round(l2_norm(emb), 5) FROM docs WHERE id = 2;
-- > 1.0
UPDATE docs SET emb = NULL WHERE id = 2;
DELETE FROM docs WHERE emb <-> '[3,2,1]' = 0;
-- count: 1
SELECT count(*) FROM docs;
-- > 6

-- Refusals: nothing is written.
INSERT INTO docs VALUES (20, 'x', '[1,2]');
-- error: 22P03 docs.emb
INSERT INTO docs VALUES (20, 'x', '[1,2,3,4]');
-- error: 22P03 3 dimensions
INSERT INTO docs VALUES (20, 'x', '[1,NaN,3]');
-- error: 22P02
INSERT INTO docs VALUES (20, 'x', '[1,2,x]');
-- error: 22P02
INSERT INTO docs VALUES (20, 'x', 'abc');
-- error: 22P02
INSERT INTO docs VALUES (20, 'x', '');
-- error: 22P02
INSERT INTO docs VALUES (20, 'x', x'0000803F');
-- error: 22P03
INSERT INTO docs VALUES (20, 'x', x'0000C07F0000803F0000803F');
-- error: 22P02
INSERT INTO docs VALUES (20, 'x', 12);
-- error: 22P02
UPDATE docs SET emb = '[1]' WHERE id = 4;
-- error: 22P03
INSERT INTO docs SELECT 30, 'x', '[1,2]';
-- error: 22P03
SELECT count(*) FROM docs WHERE id >= 20;
-- > 0
CREATE TABLE bad(e VECTOR);
-- error: 42P16 number of dimensions
CREATE TABLE bad(e VECTOR(0));
-- error: 42P16
CREATE TABLE bad(e VECTOR(99999));
-- error: 42P16
CREATE TABLE bad(e HALFVEC(3));
-- error: 0A000
CREATE VIEW v AS SELECT emb <-> '[1,2,3]' AS d FROM docs;
-- error: 0A000
SELECT name FROM sqlite_schema WHERE name IN ('bad', 'v');

-- Functions.
SELECT l2_distance('[0,0]', '[3,4]'), inner_product('[1,2]', '[3,4]'), '[1,2]' <#> '[3,4]';
-- > 5.0 | 11.0 | -11.0
SELECT round(cosine_distance('[1,0]', '[1,1]'), 6), l1_distance('[1,2]', '[3,5]'), '[1,2]' <+> '[3,5]';
-- > 0.292893 | 5.0 | 5.0
SELECT vector_distance('[0,0]', '[3,4]', 'l2'), vector_dims('[1,2,3]'), l2_norm('[3,4]');
-- > 5.0 | 3 | 5.0
SELECT vector('[1, 2]') = x'0000803F00000040', subvector('[1,2,3,4]', 2, 2) = vector('[2,3]');
-- > 1 | 1
SELECT '[1,2]' <-> NULL, cosine_distance('[0,0]', '[1,1]');
-- > NULL | NULL
SELECT '[1,2]' <-> '[1,2,3]';
-- error: 22P03
SELECT vector_distance('[1]', '[2]', 'hamming');
-- error: 22023
SELECT vectr('[1]') FROM docs WHERE emb <-> '[1,2,3]' < 1;
-- error: 42883 vector

-- Arithmetic on vectors is refused, not computed on their bytes.
SELECT avg(emb) FROM docs;
-- error: 42804 AVG
SELECT d.emb + 1 FROM docs AS d;
-- error: 42804
SELECT count(emb), count(*) FROM docs;
-- > 4 | 6
CREATE INDEX norms ON docs(l2_norm(emb));
-- error: 0A000
CREATE TABLE copied AS SELECT emb <-> '[1,2,3]' AS d FROM docs;
-- error: 0A000
UPDATE docs SET (cat, emb) = ('pair', '[9,9,9]') WHERE id = 4;
-- count: 1
SELECT cat, emb FROM docs WHERE id = 4;
-- > pair | [9,9,9]
UPDATE docs SET (cat, emb) = ('pair', '[9,9]') WHERE id = 4;
-- error: 22P03
UPDATE docs SET emb = '[1,1,1]' WHERE id = 4;

-- A table without INTEGER PRIMARY KEY is searched row by row, and still right.
CREATE TABLE loose(name TEXT PRIMARY KEY, emb VECTOR(2));
-- warning: INTEGER PRIMARY KEY
INSERT INTO loose VALUES ('a', '[1,1]'), ('b', '[5,5]');
SELECT name FROM loose ORDER BY emb <-> '[4,4]' LIMIT 1;
-- > b
-- warning: no INTEGER PRIMARY KEY

-- Altering.
ALTER TABLE docs ADD COLUMN second VECTOR(2);
UPDATE docs SET second = '[1,2]' WHERE id = 4;
SELECT id FROM docs ORDER BY second <-> '[1,2]' LIMIT 1;
-- > 4
-- plan: KnnScan docs.second
ALTER TABLE docs RENAME TO papers;
SELECT id FROM papers ORDER BY emb <-> '[1,1,1]' LIMIT 1;
-- > 4
-- plan: KnnScan papers.emb
DROP TABLE papers;
CREATE TABLE papers(id INTEGER PRIMARY KEY, emb VECTOR(3));
SELECT count(*) FROM (SELECT id FROM papers ORDER BY emb <-> '[1,1,1]' LIMIT 5);
-- > 0
CREATE TABLE IF NOT EXISTS papers(id INTEGER PRIMARY KEY, emb VECTOR(3));
INSERT INTO papers VALUES (1, '[1,2,3]');
SELECT id FROM papers ORDER BY emb <-> '[1,1,1]' LIMIT 5;
-- > 1
