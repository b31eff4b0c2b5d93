-- The embedding cache: one computation per text, settings, system tables, CALL.

SELECT count(*) FROM sextant.cache_entries;
-- > 0
SELECT count(*) FROM sextant.cache_stats;
-- > 0
CREATE TABLE docs(id INTEGER PRIMARY KEY, body TEXT, emb VECTOR(384));
INSERT INTO docs(id, body) VALUES (1, 'the same text'), (2, 'another text'), (3, 'the same text'), (4, NULL);
UPDATE docs SET emb = EMBED(body);
-- count: 4
SELECT hits, misses, entries, computed, joins, checksum_failures FROM sextant.cache_stats WHERE tier = 'hot';
-- > 0 | 2 | 2 | 2 | 0 | 0
SELECT a.emb = b.emb, a.emb = c.emb, d.emb IS NULL FROM docs a, docs b, docs c, docs d WHERE a.id = 1 AND b.id = 3 AND c.id = 2 AND d.id = 4;
-- > 1 | 0 | 1
SELECT id FROM docs ORDER BY emb <=> EMBED('the same text') LIMIT 1;
-- > 1
SELECT hits, misses FROM sextant.cache_stats WHERE tier = 'hot';
-- > 1 | 2
SELECT EMBED('the same text') = emb FROM docs WHERE id = 3;
-- > 1
SELECT model, dimensions, tokens, truncated, pinned, expires_at IS NULL, cost_ms > 0 FROM sextant.cache_entries WHERE tier = 'hot' ORDER BY tokens;
-- > all-minilm-l6-v2 | 384 | 4 | 0 | 0 | 1 | 1
-- > all-minilm-l6-v2 | 384 | 5 | 0 | 0 | 1 | 1
SELECT julianday(created_at) IS NOT NULL FROM sextant.cache_entries LIMIT 1;
-- > 1
SELECT saved_ms > 0, bytes > 3000 FROM sextant.cache_stats WHERE tier = 'hot';
-- > 1 | 1

-- Settings: all connections share them, a change keeps what is cached.
SELECT name, is_active FROM sextant.cache_policies ORDER BY name;
-- > gdsf | 0
-- > lru | 0
-- > s3fifo | 1
-- > wtinylfu | 0
SET cache.policy = 'wtinylfu';
SELECT name FROM sextant.cache_policies WHERE is_active;
-- > wtinylfu
SET cache.policy TO lru;
SELECT value, default_value, choices FROM sextant.settings WHERE name = 'cache.policy';
-- > lru | s3fifo | lru|s3fifo|wtinylfu|gdsf
SET cache.hot_bytes = 1000000;
SELECT tier, policy, budget_bytes, used_bytes <= budget_bytes, file IS NULL FROM sextant.cache_tiers WHERE tier = 'hot';
-- > hot | lru | 1000000 | 1 | 1
SELECT entries FROM sextant.cache_stats WHERE tier = 'hot';
-- > 2
SET cache.policy = DEFAULT;
SELECT value FROM sextant.settings WHERE name = 'cache.policy';
-- > s3fifo
SET cache.policy = 'lur';
-- error: 22023 lru
SET cache.polcy = 'lru';
-- error: 22023 did you mean "cache.policy"
SET cache.hot_bytes = 5;
-- error: 22023 at least 65536
SET cache.hot_bytes = -5;
-- error: 22023 a whole number from 0
SET cache.hot_bytes = 1 + 1;
-- error: 42601 one value
SET cache.store = shared;
-- error: 0A000 cache.store
SET cache.warm_up = 5;
-- error: 22023 before the first EMBED
SET cache.ttl = 3600;
SELECT vector_dims(EMBED('expires'));
-- > 384
SELECT count(*) FROM sextant.cache_entries WHERE tier = 'hot' AND expires_at > created_at;
-- > 1
SET cache.ttl = 0;

-- What another policy or size would do.
SELECT count(DISTINCT policy), count(*), min(miss_ratio) >= 0, max(miss_ratio) <= 1 FROM sextant.cache_mrc;
-- > 4 | 36 | 1 | 1
SELECT policy, hit_ratio BETWEEN 0 AND 1, bytes FROM sextant.cache_shadow ORDER BY policy;
-- > gdsf | 1 | 1000000
-- > lru | 1 | 1000000
-- > s3fifo | 1 | 1000000
-- > wtinylfu | 1 | 1000000
SET cache.sample_keys = 0;
SELECT count(*) FROM sextant.cache_mrc;
-- > 0
SET cache.sample_keys = 64;
SELECT count(*) FROM sextant.cache_shadow;
-- > 4

-- CALL: one row with one number; SQLite computes the arguments.
CALL cache_pin('the same text');
-- > 1
CALL cache_pin(text => 'never embedded');
-- > 0
CALL cache_evict(bytes => 1000 * 1000);
-- > 3272
SELECT count(*), max(pinned) FROM sextant.cache_entries WHERE tier = 'hot';
-- > 1 | 1
CALL cache_unpin('the same ' || 'text');
-- > 1
CALL cache_evict(1000000, 'hot');
-- > 1636
SELECT count(*) FROM sextant.cache_entries WHERE tier = 'hot';
-- > 0
SELECT vector_dims(EMBED('once more'));
-- > 384
CALL cache_invalidate(older_than => 24 * 3600);
-- > 0
CALL cache_invalidate(model => 'no-such-model');
-- > 0
SELECT count(*) >= 1 FROM sextant.cache_entries;
-- > 1
CALL cache_invalidate(model => 'All-MiniLM-L6-v2', older_than => 0);
-- plan: Call cache_invalidate
SELECT count(*) FROM sextant.cache_entries;
-- > 0
CALL cache_invalidate;
-- > 0
CALL cache_evict();
-- error: 22023 Argument bytes of cache_evict
CALL cache_evict(bytes => 'many');
-- error: 22023 a whole number but got many
CALL cache_evict(bytes => -1);
-- error: 22023
CALL cache_evict(10, 'cold');
-- error: 22023 'hot' or 'durable'
CALL cache_evict(byte => 1);
-- error: 42883 did you mean "bytes"
CALL cache_evict(1, 2, 3);
-- error: 42883 at most 2
CALL cache_evict(bytes => 1, bytes => 2);
-- error: 42883 twice
CALL cache_evikt(1);
-- error: 42883 did you mean "cache_evict"
CALL cache_pin('x', role => 'sideways');
-- error: 22023 'text', 'query' or 'passage'
CALL cache_pin(EMBED('x'));
-- error: 0A000
EXPLAIN CALL cache_evict(1);
-- plan: Call cache_evict
SELECT count(*) FROM sextant.cache_warnings;
-- > 0
