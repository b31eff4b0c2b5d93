-- Vector columns: what they take, what they refuse, nearest neighbours.

CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT, e VECTOR(3));
INSERT INTO item (kind, e)
  VALUES ('a', '[1,0,0]'), ('a', '[0,1,0]'), ('b', '[0,0,1]'), ('b', '[1,1,0]'), ('b', NULL);
-- count: 5
SELECT id, e FROM item ORDER BY id;
-- > 1 | [1,0,0]
-- > 2 | [0,1,0]
-- > 3 | [0,0,1]
-- > 4 | [1,1,0]
-- > 5 | NULL

INSERT INTO item (e) VALUES ('[1,2]');
-- error: 22P03 3
INSERT INTO item (e) VALUES ('one');
-- error: 22P02
SELECT count(*) FROM item;
-- > 5

SELECT id, e <-> '[1,0,0]' AS distance FROM item ORDER BY e <-> '[1,0,0]' LIMIT 2;
-- > 1 | 0.0
-- > 4 | 1.0
SELECT id FROM item WHERE kind = 'b' ORDER BY e <=> '[1,0.1,0]' LIMIT 2;
-- > 4
-- > 3
SELECT kind, count(*) FROM (SELECT kind FROM item ORDER BY e <-> '[1,1,0]' LIMIT 3)
  GROUP BY kind ORDER BY kind;
-- > a | 2
-- > b | 1
SELECT id FROM item ORDER BY e <-> '[1,0]' LIMIT 1;
-- error: 22P03
