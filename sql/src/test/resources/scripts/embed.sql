-- EMBED: constants, parameters of rows, changes; system tables.

CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT, emb VECTOR(384));
INSERT INTO notes(id, body, emb) VALUES (1, 'The cat sleeps on the sofa', EMBED('The cat sleeps on the sofa')), (2, 'Stock prices fell sharply today', EMBED('Stock prices fell sharply today'));
INSERT INTO notes(id, body) VALUES (3, 'A kitten naps in the sun'), (4, 'Shares lost a tenth of their value'), (5, NULL);
UPDATE notes SET emb = EMBED(body) WHERE emb IS NULL;
-- count: 3
SELECT id, emb IS NULL FROM notes ORDER BY id;
-- > 1 | 0
-- > 2 | 0
-- > 3 | 0
-- > 4 | 0
-- > 5 | 1
SELECT id FROM notes ORDER BY emb <=> EMBED('the economy') LIMIT 2;
-- > 4
-- > 2
-- plan: Embed 1 text
SELECT n.id FROM notes AS n WHERE n.id > 1 ORDER BY n.emb <=> EMBED('pets') LIMIT 1;
-- > 3
SELECT id FROM notes WHERE EMBED(body) <=> emb < 0.000001 ORDER BY id;
-- > 1
-- > 2
-- > 3
-- > 4
INSERT INTO notes(id, body, emb) SELECT id + 10, upper(body), EMBED(body) FROM notes WHERE id < 3 ORDER BY id;
-- count: 2
SELECT a.id FROM notes a JOIN notes b ON b.id = a.id - 10 WHERE a.emb <=> b.emb < 0.000001 ORDER BY 1;
-- > 11
-- > 12
SELECT vector_dims(EMBED('x', 'all-minilm-l6-v2')), EMBED(NULL) IS NULL;
-- > 384 | 1
SELECT EMBED('x', 'no-such-model');
-- error: 22023 did you mean
SELECT EMBED();
-- error: 42883
CREATE TABLE small(id INTEGER PRIMARY KEY, emb VECTOR(3));
INSERT INTO small VALUES (1, EMBED('x'));
-- error: 22P03 small.emb
SELECT count(*) FROM small;
-- > 0

SELECT name, dimensions, is_default FROM sextant.models WHERE is_default;
-- > all-minilm-l6-v2 | 384 | 1
SELECT count(*) FROM sextant.kernels WHERE status = 'chosen';
-- > 1
SELECT s.name, s.value FROM sextant.settings AS s WHERE s.name IN ('mode', 'synchronous') ORDER BY s.name;
-- > mode | rwc
-- > synchronous | full
SELECT d.name, n.id FROM sextant.databases d, notes n WHERE n.id = 1;
-- > main | 1
SELECT * FROM sextant.nothing;
-- error: 42P01
-- Words and meaning.
CREATE VIRTUAL TABLE notes_text USING fts5(body, content='notes', content_rowid='id');
INSERT INTO notes_text(notes_text) VALUES ('rebuild');
SELECT h.text_rank, h.vector_rank FROM hybrid_search('notes.emb', 'notes_text', 'kitten', EMBED('kitten'), 1, metric => 'cosine') h;
-- > 1 | 1
-- plan: Embed 1 text
-- plan: HybridSearch notes.emb by COSINE
SELECT count(*) > 0 FROM notes WHERE emb <=> EMBED('A kitten naps in the sun') < 0.001;
-- > 1
-- plan: RangeScan notes.emb by COSINE
