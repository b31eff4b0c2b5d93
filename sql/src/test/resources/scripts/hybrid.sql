-- hybrid_search(index, fts_table, text, vector, …) in FROM: BM25 and nearest neighbours fused by rank.

CREATE TABLE d(id INTEGER PRIMARY KEY, cat INTEGER, body TEXT, emb VECTOR(2));
CREATE VIRTUAL TABLE d_text USING fts5(body, content='d', content_rowid='id');
CREATE TRIGGER d_i AFTER INSERT ON d BEGIN
  INSERT INTO d_text(rowid, body) VALUES (new.id, new.body);
END;
CREATE TRIGGER d_d AFTER DELETE ON d BEGIN
  INSERT INTO d_text(d_text, rowid, body) VALUES ('delete', old.id, old.body);
END;
INSERT INTO d VALUES
  (1, 1, 'the red fox', '[1,0]'),
  (2, 1, 'a red house and a red door', '[2,0]'),
  (3, 2, 'blue sky', '[3,0]'),
  (4, 2, 'the fox sleeps', '[40,0]'),
  (5, 2, 'don''t "panic" AND run', '[50,0]'),
  (6, 2, 'nothing', NULL);
CREATE INDEX d_l2 ON d USING hnsw (emb vector_l2_ops);

SELECT * FROM hybrid_search('d_l2', 'd_text', 'sleeps', '[1,0]', k => 4);
-- > 4 | 0.0320184 | 4 | 39.0 | 1 | -1.37993
-- > 1 | 0.0163934 | 1 | 0.0 | NULL | NULL
-- > 2 | 0.016129 | 2 | 1.0 | NULL | NULL
-- > 3 | 0.015873 | 3 | 2.0 | NULL | NULL
-- plan: HybridSearch d.emb by L2 to a constant (hnsw index d_l2, ef_search 80) and d_text by the words of a constant, k = 4
-- plan: rrf_k = 60.0, candidates = 100 or k
-- plan: MATCH ?
-- Joined with the table.
SELECT d.body, h.text_rank, h.vector_rank FROM hybrid_search('d_l2', 'd_text', 'red', '[3,0]', 3) h JOIN d ON d.id = h.rowid ORDER BY h.score DESC;
-- > a red house and a red door | 1 | 2
-- > the red fox | 2 | 3
-- > blue sky | NULL | 1
SELECT count(*) FROM d LEFT JOIN hybrid_search('d_l2', 'd_text', 'red', '[3,0]', 3) h ON d.id = h.rowid WHERE h.score IS NULL;
-- > 3
-- The first of few candidates; equal scores: the smaller key first.
SELECT rowid, round(score, 4), vector_rank, text_rank FROM hybrid_search('d_l2', 'd_text', 'sleeps', '[1,0]', candidates => 1);
-- > 1 | 0.0164 | 1 | NULL
-- > 4 | 0.0164 | NULL | 1
SELECT rowid, score FROM hybrid_search('d_l2', 'd_text', 'sleeps', '[1,0]', candidates => 1, rrf_k => 0, text_weight => 2.5);
-- > 4 | 2.5
-- > 1 | 1.0
-- plan: 1.0 / (rrf_k + vector_rank) + 2.5 / (rrf_k + text_rank), rrf_k = 0.0, candidates = 1
-- A side of weight 0 is not searched.
SELECT rowid, vector_rank FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', vector_weight => 0) ORDER BY rowid;
-- > 1 | NULL
-- > 4 | NULL
SELECT rowid, text_rank FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', text_weight => 0, k => 2);
-- > 1 | NULL
-- > 2 | NULL

-- Any text is words: nothing in it is an operator.
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'don''t "x" AND', NULL);
-- > 5
-- > 2
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'body:fox* NOT (NEAR', NULL) ORDER BY rowid;
-- > 1
-- > 4
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'sky, SKY! (sky) "', NULL);
-- > 3
-- Nothing to look for: the other side only.
SELECT count(*), count(text_rank) FROM hybrid_search('d_l2', 'd_text', '', '[1,0]');
-- > 5 | 0
SELECT count(*), count(text_rank) FROM hybrid_search('d_l2', 'd_text', ' "( - ', '[1,0]');
-- > 5 | 0
SELECT count(*), count(text_rank) FROM hybrid_search('d_l2', 'd_text', NULL, '[1,0]');
-- > 5 | 0
SELECT count(*), count(distance) FROM hybrid_search('d_l2', 'd_text', 'fox', NULL);
-- > 2 | 0
SELECT count(*) FROM hybrid_search('d_l2', 'd_text', NULL, NULL);
-- > 0
SELECT count(*) FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', k => 0);
-- > 0

-- FTS5's own syntax, if wanted.
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'fox NOT red', NULL, text_syntax => 'fts5');
-- > 4
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'body : sl*', NULL, text_syntax => 'fts5');
-- > 4
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'don''t AND', NULL, text_syntax => 'fts5');
-- error: 42601 Leave out text_syntax
SELECT rowid FROM hybrid_search('d_l2', 'd_text', '"open', NULL, text_syntax => 'fts5');
-- error: 42601 Unterminated string
SELECT rowid FROM hybrid_search('d_l2', 'd_text', 'bodi : fox', NULL, text_syntax => 'fts5');
-- error: 42601 bodi
SELECT rowid FROM hybrid_search('d_l2', 'd_text', '*wild', NULL, text_syntax => 'fts5');
-- error: 42601 d_text

-- A filter holds for both sides; text and vector may be expressions.
SELECT rowid, vector_rank, text_rank FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', filter => 'cat = 2');
-- > 4 | 2 | 1
-- > 3 | 1 | NULL
-- > 5 | 3 | NULL
-- plan: over the rows of SELECT `id` FROM `main`.`d` WHERE (`cat` = 2)
SELECT rowid FROM hybrid_search('d_l2', 'd_text', lower('FOX ') || 'house', (SELECT emb FROM d WHERE id = 2), 1);
-- > 2
-- plan: Value
-- plan: QueryVector
SELECT rowid FROM hybrid_search('d.emb', 'd_text', 'sleeps', '[1,0]', 1, metric => 'ip');
-- > 4
-- plan: exact scan

-- What a transaction has changed is found, by words and by vector, and gone after a rollback.
BEGIN;
INSERT INTO d VALUES (7, 3, 'a zebra', '[1000,0]');
DELETE FROM d WHERE id = 1;
SELECT rowid, vector_rank, text_rank FROM hybrid_search('d_l2', 'd_text', 'zebra', '[1000,0]', 1);
-- > 7 | 1 | 1
SELECT count(*) FROM hybrid_search('d_l2', 'd_text', 'red', '[1,0]') WHERE rowid = 1;
-- > 0
ROLLBACK;
SELECT rowid, text_rank FROM hybrid_search('d_l2', 'd_text', 'zebra', '[1000,0]', 1);
-- > 5 | NULL
CREATE TABLE kept(id INTEGER, score REAL);
INSERT INTO kept SELECT rowid, score FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', 2);
SELECT id FROM kept ORDER BY score DESC;
-- > 1
-- > 4

-- A full-text table of its own, whose row ids are the keys.
CREATE VIRTUAL TABLE own USING fts5(title, tokenize = 'porter unicode61');
INSERT INTO own(rowid, title) VALUES (3, 'measuring'), (5, 'panicking');
SELECT rowid, text_rank FROM hybrid_search('d_l2', 'own', 'measured', '[50,0]', 2) ORDER BY rowid;
-- > 3 | 1
-- > 5 | NULL
-- The rank that the table was given decides.
CREATE VIRTUAL TABLE two USING fts5(a, b);
INSERT INTO two(rowid, a, b) VALUES (1, 'x', 'y y'), (2, 'y', 'x z');
INSERT INTO two(two, rank) VALUES ('rank', 'bm25(0.1, 10.0)');
SELECT rowid FROM hybrid_search('d_l2', 'two', 'x', NULL, 1);
-- > 2
-- A table of vectors that refers to the table of texts.
CREATE TABLE texts(id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE vecs(text_id INTEGER PRIMARY KEY REFERENCES texts, emb VECTOR(1));
CREATE VIRTUAL TABLE texts_fts USING fts5(body, content=texts, content_rowid=[id]);
INSERT INTO texts VALUES (7, 'seven');
INSERT INTO texts_fts(texts_fts) VALUES ('rebuild');
INSERT INTO vecs VALUES (7, '[7]');
SELECT rowid, vector_rank, text_rank FROM hybrid_search('vecs.emb', 'texts_fts', 'seven', '[7]');
-- > 7 | 1 | 1
CREATE VIEW some AS SELECT id, upper(body) AS body FROM texts;
CREATE VIRTUAL TABLE some_fts USING fts5(body, content='some', content_rowid='id');
INSERT INTO some_fts(some_fts) VALUES ('rebuild');
SELECT rowid FROM hybrid_search('vecs.emb', 'some_fts', 'seven', NULL);
-- > 7
CREATE VIRTUAL TABLE bare USING fts5(body, content='');
INSERT INTO bare(rowid, body) VALUES (7, 'siete');
SELECT rowid FROM hybrid_search('vecs.emb', 'bare', 'siete', NULL);
-- > 7

-- Without phrases, what the tokenizer would split is split before.
CREATE VIRTUAL TABLE flat USING fts5(body, detail = none);
INSERT INTO flat(rowid, body) VALUES (1, 'state of the art'), (2, 'don t'), (3, 'Ärger');
SELECT rowid FROM hybrid_search('d_l2', 'flat', 'state-of-art', NULL);
-- > 1
SELECT rowid FROM hybrid_search('d_l2', 'flat', 'don''t; ärger', NULL) ORDER BY rowid;
-- > 2
-- > 3
SELECT rowid FROM hybrid_search('d_l2', 'flat', '"don t"', NULL, text_syntax => 'fts5');
-- error: 42601 phrase

-- Refusals.
SELECT * FROM hybrid_search('d_l2', 'texts_fts', 'fox', '[1,0]');
-- error: 42P16 cannot be joined: its row ids are texts.id, the vectors' are d.id
CREATE VIRTUAL TABLE by_cat USING fts5(body, content='d', content_rowid='cat');
SELECT * FROM hybrid_search('d_l2', 'by_cat', 'fox', '[1,0]');
-- error: 42P16 content_rowid='id'
SELECT * FROM hybrid_search('d_l2', 'd', 'fox', '[1,0]');
-- error: 42P16 is no FTS5 table
SELECT * FROM hybrid_search('d_l2', 'd_txt', 'fox', '[1,0]');
-- error: 42P01 did you mean "d_text"
SELECT * FROM hybrid_search('d_l3', 'd_text', 'fox', '[1,0]');
-- error: 42P01 did you mean "d_l2"
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox');
-- error: 42883 needs the argument "vector"
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0,0]');
-- error: 22P03 d.emb
SELECT * FROM hybrid_search('d_l2', 'd_text', x'00', '[1,0]');
-- error: 22000 expects a text
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', rrf_k => -1);
-- error: 22023 rrf_k
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', text_weight => 'much');
-- error: 22023 text_weight
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', -1);
-- error: 22023 k of hybrid_search expects 0 or more
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', candidates => 0);
-- error: 22023 1 or more
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', text_syntax => 'sql');
-- error: 22023 'words' or 'fts5'
SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', rrf => 1);
-- error: 42883 did you mean "rrf_k"
SELECT hybrid_search('d_l2', 'd_text', 'fox', '[1,0]');
-- error: 42883 FROM hybrid_search
SELECT * FROM d JOIN hybrid_search('d_l2', 'd_text', d.body, d.emb) h;
-- error: 0A000 once per statement
EXPLAIN ANALYZE SELECT * FROM hybrid_search('d_l2', 'd_text', 'fox', '[1,0]', 3);
-- plan: ran: hnsw index d_l2, ef_search 80, k = 100
-- plan: 3 rows returned
