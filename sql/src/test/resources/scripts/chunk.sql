-- CHUNK: texts in pieces, in FROM, for one text or for each row of a table.

SELECT ordinal, quote(text), start, c."end", tokens FROM CHUNK('One two three. Four five! Six seven eight nine?', size => 5) AS c;
-- > 0 | 'One two three. Four five! ' | 0 | 26 | 7
-- > 1 | 'Six seven eight nine?' | 26 | 47 | 5
SELECT * FROM CHUNK('a b c d e', 'words', 2, 1);
-- > 0 | a b  | 0 | 4 | 2
-- > 1 | b c  | 2 | 6 | 2
-- > 2 | c d  | 4 | 8 | 2
-- > 3 | d e | 6 | 9 | 2
SELECT c.ordinal, c.end - c.start, length(c.text) FROM CHUNK('naïve 😀 café', 'words', 1) c;
-- > 0 | 6 | 6
-- > 1 | 2 | 2
-- > 2 | 4 | 4
SELECT count(*) FROM CHUNK('');
-- > 0
SELECT count(*) FROM CHUNK(NULL);
-- > 0
SELECT text FROM CHUNK('a b' || ' c', strategy => 'words', size => 1 ) WHERE ordinal = 2;
-- > c

CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO docs VALUES (1, 'One. Two. Three.'), (2, NULL), (3, ''), (4, 'Four. Five.'), (5, 'Four. Five.');
SELECT d.id, c.* FROM docs d, CHUNK(d.body, strategy => 'sentences', size => 1) c ORDER BY d.id, c.ordinal;
-- > 1 | 0 | One.  | 0 | 5 | 2
-- > 1 | 1 | Two.  | 5 | 10 | 2
-- > 1 | 2 | Three. | 10 | 16 | 2
-- > 4 | 0 | Four.  | 0 | 6 | 2
-- > 4 | 1 | Five. | 6 | 11 | 2
-- > 5 | 0 | Four.  | 0 | 6 | 2
-- > 5 | 1 | Five. | 6 | 11 | 2
-- plan: Chunk by sentences the distinct texts of
SELECT d.id, count(c.text) FROM docs d LEFT JOIN CHUNK(d.body, size => 1) c GROUP BY d.id ORDER BY d.id;
-- > 1 | 3
-- > 2 | 0
-- > 3 | 0
-- > 4 | 2
-- > 5 | 2
SELECT count(*) FROM docs d JOIN CHUNK(d.body, size => 1) c ON c.text LIKE 'F%' WHERE d.id < 5;
-- > 2
SELECT substr(d.body, c.start + 1, c.end - c.start) = c.text FROM docs d, CHUNK(d.body, size => 2) c WHERE d.id = 1;
-- > 1
-- > 1
SELECT group_concat(c.text, '') = min(d.body) FROM docs d, CHUNK(d.body, size => 1) c WHERE d.id = 4;
-- > 1

CREATE TABLE chunks(doc INTEGER, ordinal INTEGER, text TEXT, emb VECTOR(384), PRIMARY KEY (doc, ordinal));
INSERT INTO chunks SELECT d.id, c.ordinal, c.text, EMBED(c.text) FROM docs d, CHUNK(d.body, size => 1) c;
-- count: 7
INSERT INTO chunks(doc, ordinal, text, emb) SELECT 9, t.ordinal, t.text, EMBED(t.text) FROM CHUNK('One. Nine.', size => 1) t;
-- count: 2
SELECT a.emb = b.emb FROM chunks a, chunks b WHERE a.doc = 1 AND a.ordinal = 1 AND b.doc = 4 AND b.ordinal = 0;
-- > 0
SELECT count(DISTINCT emb), count(*) FROM chunks;
-- > 6 | 9

-- Equal texts are embedded once, and none is computed again.
SELECT computed FROM sextant.cache_stats WHERE tier = 'hot';
-- > 6

SELECT * FROM CHUNK('a', size => 0);
-- error: 22023 size of at least 1
SELECT * FROM CHUNK('a', size => 2, overlap => 2);
-- error: 22023 overlap
SELECT * FROM CHUNK('a', strategy => 'sentence');
-- error: 22023 did you mean "sentences"
SELECT * FROM CHUNK();
-- error: 42883 needs the argument "text"
SELECT * FROM CHUNK('a', length => 2);
-- error: 42883 has no argument "length"
SELECT CHUNK('a');
-- error: 42883 SELECT … FROM
SELECT * FROM CHUNK(x'00');
-- error: 22000 bytes
SELECT count(*) FROM CHUNK('a b', strategy => 'tokens', size => 1, model => 'all-minilm-l6-v2');
-- > 2
SELECT * FROM CHUNK('a', model => 'no-such-model');
-- error: 22023 did you mean

-- The functions' names are free for tables.
CREATE TABLE chunk(id INTEGER PRIMARY KEY, text TEXT);
INSERT INTO chunk(id, text) VALUES (1, 'a');
CREATE INDEX by_text ON chunk(text);
CREATE TABLE part(chunk INTEGER REFERENCES chunk(id));
SELECT text FROM chunk;
-- > a

-- cache_simulate: what a cache of that many keys would have hit.
CREATE TABLE trace(at INTEGER PRIMARY KEY, key TEXT);
INSERT INTO trace(key) VALUES ('a'), ('b'), ('a'), ('c'), ('b'), ('a'), (NULL);
SELECT * FROM cache_simulate((SELECT key FROM trace ORDER BY at), 'lru', 2);
-- > lru | 2 | 6 | 1 | 0.166667
SELECT * FROM cache_simulate((SELECT at % 2 FROM trace ORDER BY at), size => 2, policy => 'lru');
-- > lru | 2 | 7 | 5 | 0.714286
SELECT policy, requests, hits FROM cache_simulate((SELECT key FROM trace ORDER BY at), size => 100) ORDER BY policy;
-- > gdsf | 6 | 3
-- > lru | 6 | 3
-- > s3fifo | 6 | 3
-- > wtinylfu | 6 | 3
-- plan: SimulateCache
SELECT * FROM cache_simulate((SELECT key FROM trace), policy => 'lru');
-- error: 42883 size
SELECT * FROM cache_simulate((SELECT key FROM trace), policy => 'mru', size => 1);
-- error: 22023 cache policy
SELECT * FROM cache_simulate((SELECT key FROM trace), size => 0);
-- error: 22023 capacity
SELECT * FROM cache_simulate('a', size => 1);
-- error: 42883 a query in parentheses
SELECT t.at FROM trace t, cache_simulate((SELECT t.key), size => 1);
-- error: 42883
