-- INSERT … ON CONFLICT, REPLACE, RETURNING.

CREATE TABLE stock (sku TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0 CHECK (n >= 0));
INSERT INTO stock VALUES ('bolt', 10), ('nut', 20);
-- count: 2
INSERT INTO stock VALUES ('bolt', 5), ('gear', 1)
  ON CONFLICT (sku) DO UPDATE SET n = stock.n + excluded.n;
-- count: 2
SELECT sku, n FROM stock ORDER BY sku;
-- > bolt | 15
-- > gear | 1
-- > nut | 20
INSERT INTO stock VALUES ('nut', 99) ON CONFLICT DO NOTHING;
-- count: 0
INSERT INTO stock VALUES ('nut', -30)
  ON CONFLICT (sku) DO UPDATE SET n = n + excluded.n WHERE n + excluded.n >= 0;
-- error: 23514
INSERT OR IGNORE INTO stock VALUES ('nut', 1), ('cog', 2);
-- count: 1
REPLACE INTO stock VALUES ('nut', 7);
-- count: 1

INSERT INTO stock VALUES ('axle', 3) RETURNING sku, n * 2 AS doubled;
-- > axle | 6
UPDATE stock SET n = n + 1 WHERE n < 5 RETURNING sku, n;
-- > gear | 2
-- > cog | 3
-- > axle | 4
DELETE FROM stock WHERE sku = 'cog' RETURNING *;
-- > cog | 3
SELECT count(*), sum(n) FROM stock;
-- > 4 | 28
UPDATE stock SET n = 0 FROM (SELECT 'axle' AS gone) WHERE sku = gone;
-- count: 1
DELETE FROM stock;
-- count: 4
