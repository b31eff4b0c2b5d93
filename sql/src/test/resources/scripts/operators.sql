-- Operators bind as SQLite has them, in compiled queries too: l2_distance makes each of these one.

CREATE TABLE a(id INTEGER PRIMARY KEY, n INTEGER, s TEXT COLLATE NOCASE, m);
INSERT INTO a VALUES (1, 1, 'a', 'A'), (2, 2, 'b', 2), (3, 3, 'C', '3');
SELECT 10 & 3 + 4, 1 << 1 + 1, 1 | 2 & 3, 2 * 3 || 4, l2_distance('[1]', '[1]') FROM a LIMIT 1;
-- > 2 | 4 | 3 | 68 | 0.0
SELECT 'a' <> ('b' LIKE 'b%'), 0 = (2 BETWEEN 1 AND 3), 1 = (2 IN (1, 2)), l2_distance('[1]', '[1]') FROM a LIMIT 1;
-- > 1 | 0 | 1 | 0.0
SELECT n + l2_distance('[1]', '[1]') FROM a WHERE n = 1 UNION SELECT 2 INTERSECT SELECT 2;
-- > 2
SELECT id FROM a WHERE +n = '1' AND l2_distance('[1]', '[1]') = 0;
SELECT x.id, y.id FROM a AS x LEFT JOIN a AS y ON y.m = x.s WHERE l2_distance('[1]', '[1]') = 0 ORDER BY 1;
-- > 1 | NULL
-- > 2 | NULL
-- > 3 | NULL
SELECT x.id, y.id FROM a AS x LEFT JOIN a AS y ON y.s = x.m WHERE l2_distance('[1]', '[1]') = 0 ORDER BY 1;
-- > 1 | 1
-- > 2 | NULL
-- > 3 | NULL
SELECT 1 IS NULL || l2_distance('[1]', '[1]') FROM a;
-- error: 42601
SELECT 1 < 2 LIKE l2_distance('[1]', '[1]') FROM a;
-- error: 42601
SELECT l2_distance('[1]', '[1]') UNION (SELECT 2);
-- error: 42601
SELECT like('a%', 'ab') = 1, (SELECT match FROM (SELECT 7 AS match) WHERE match = 7), l2_distance('[1]', '[1]');
-- > 1 | 7 | 0.0
