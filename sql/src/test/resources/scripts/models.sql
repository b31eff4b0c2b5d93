-- Embedding models: shipped ones, prefixes by role, definitions.

SELECT name, method, dimensions, max_tokens, is_default, query_prefix FROM sextant.models;
-- > all-minilm-l6-v2 | shipped | 384 | 256 | 1 |
-- > bge-small-en-v15 | shipped | 384 | 512 | 0 | Represent this sentence for searching relevant passages:
SELECT EMBED('a cat') = EMBED_QUERY('a cat'), EMBED('a cat') = EMBED_PASSAGE('a cat');
-- > 1 | 1
SELECT EMBED('a cat', 'bge-small-en-v15') = EMBED_QUERY('a cat', 'bge-small-en-v15');
-- > 0
SELECT EMBED('Represent this sentence for searching relevant passages: a cat', 'bge-small-en-v15') = EMBED_QUERY('a cat', 'bge-small-en-v15');
-- > 1
SELECT EMBED('a cat', 'bge-small-en-v15') = EMBED_PASSAGE('a cat', 'BGE-small-en-v15');
-- > 1
SELECT EMBED_QUERY(NULL) IS NULL, EMBED_PASSAGE(NULL, 'bge-small-en-v15') IS NULL;
-- > 1 | 1
SELECT model, computed FROM sextant.cache_stats WHERE tier = 'hot' ORDER BY model;
-- > all-minilm-l6-v2 | 1
-- > bge-small-en-v15 | 3

CREATE TABLE passages(id INTEGER PRIMARY KEY, body TEXT, emb VECTOR(384));
INSERT INTO passages(id, body) VALUES (1, 'The cat sleeps on the sofa.'), (2, 'Stock prices fell sharply today.'), (3, NULL);
UPDATE passages SET emb = EMBED_PASSAGE(body, 'bge-small-en-v15');
-- count: 3
SELECT id FROM passages ORDER BY emb <=> EMBED_QUERY('Where is the pet?', 'bge-small-en-v15') LIMIT 1;
-- > 1
SELECT id, emb = EMBED_PASSAGE(body, 'bge-small-en-v15'), emb = EMBED_QUERY(body, 'bge-small-en-v15') FROM passages WHERE id < 3;
-- > 1 | 1 | 0
-- > 2 | 1 | 0
CALL cache_pin('Where is the pet?', 'bge-small-en-v15', 'query');
-- > 1
CALL cache_pin('Where is the pet?', 'bge-small-en-v15', 'passage');
-- > 0
SELECT EMBED(replace(hex(zeroblob(1000)), '0', 'word ')) IS NULL;
-- > 0
-- warning: 1 of 1 texts exceed the window of 256 tokens of model all-minilm-l6-v2
SELECT EMBED(replace(hex(zeroblob(1000)), '0', 'word ')) IS NULL;
-- > 0
-- warning: 1 of 1 texts exceed the window of 256 tokens of model all-minilm-l6-v2
CREATE TABLE small(id INTEGER PRIMARY KEY, emb VECTOR(3));
INSERT INTO small VALUES (1, EMBED_QUERY('x', 'bge-small-en-v15'));
-- error: 22P03 small.emb
SELECT EMBED_QUERY();
-- error: 42883
SELECT EMBED_QUERY('x', 1);
-- error: 22023 EMBED_QUERY expects the model

CREATE EMBEDDING MODEL mine USING onnx (path 'no/such/model.onnx');
-- error: 58000 no/such/model.onnx" is no file
CREATE EMBEDDING MODEL mine USING onnx (pooling 'mean');
-- error: 42P16 needs the option path
CREATE EMBEDDING MODEL mine USING onnx (path 'x', poling 'mean');
-- error: 22023 did you mean "pooling"
CREATE EMBEDDING MODEL mine USING onnx (path 'x', pooling 'median');
-- error: 22023 Unknown pooling
CREATE EMBEDDING MODEL mine USING onnx (path 'x', max_tokens 0);
-- error: 22023 max_tokens
CREATE EMBEDDING MODEL mine USING onnx (path 'x', normalize maybe);
-- error: 22023 true or false
CREATE EMBEDDING MODEL mine USING onxx (path 'x');
-- error: 22023 did you mean "onnx"
CREATE EMBEDDING MODEL mine USING onnx;
-- error: 42601 options in parentheses
CREATE EMBEDDING MODEL mine USING onnx (path 'x', path 'y');
-- error: 42601 once only
CREATE EMBEDDING MODEL "all-minilm-l6-v2" USING onnx (path 'x');
-- error: 42P07 exists
CREATE EMBEDDING MODEL IF NOT EXISTS "all-minilm-l6-v2" USING onnx (path 'x');
DROP EMBEDDING MODEL "all-minilm-l6-v2";
-- error: 42P16 shipped
DROP EMBEDDING MODEL mine;
-- error: 22023 No embedding model "mine"
DROP EMBEDDING MODEL IF EXISTS mine;
DROP EMBEDDING mine;
-- error: 42601

CREATE EMBEDDING MODEL far USING http (url 'https://localhost/v1', model 'small');
-- error: 42P16 needs the option dimensions
CREATE EMBEDDING MODEL far USING http (url 'localhost', model 'small', dimensions 3);
-- error: 22023 Option url expects an address
CREATE EMBEDDING MODEL far USING http (url 'https://localhost/v1', model 'small', dimensions 3, secret 'sk-123');
-- error: 22023 where the secret is kept
CREATE EMBEDDING MODEL far USING http (url 'https://localhost/v1', model 'small', dimensions 16001);
-- error: 22023 from 1 to 16000
CREATE EMBEDDING MODEL far USING http (url 'https://localhost/v1', model 'small', dimensions 3, timeout 5, batch 10, secret 'env:SEXTANT_TEST_KEY');
SELECT name, method, dimensions, max_tokens, source FROM sextant.models WHERE method = 'http';
-- > far | http | 3 | NULL | https://localhost/v1/embeddings
CREATE TABLE narrow(id INTEGER PRIMARY KEY, emb VECTOR(2));
INSERT INTO narrow VALUES (1, EMBED('x', 'far'));
-- error: 22P03 narrow.emb
INSERT INTO narrow SELECT id, EMBED_PASSAGE(body, 'far') FROM passages;
-- error: 22P03 narrow.emb
UPDATE narrow SET emb = EMBED('a' || id, 'far');
-- error: 22P03 narrow.emb
INSERT INTO narrow SELECT 1, EMBED(NULL, 'far');
-- error: 22P03 narrow.emb
INSERT INTO small VALUES (1, EMBED('x', 'far'));
-- error: 58000 environment variable "SEXTANT_TEST_KEY" is not set
CREATE EMBEDDING MODEL FAR USING http (url 'https://localhost/v1', model 'small', dimensions 3);
-- error: 42P07
DROP EMBEDDING MODEL far;
SELECT EMBED('x', 'far');
-- error: 22023 Unknown embedding model "far"
