-- Common table expressions, window functions, joins, compound queries.

CREATE TABLE sale (id INTEGER PRIMARY KEY, region TEXT, amount INTEGER);
INSERT INTO sale (region, amount)
  VALUES ('north', 10), ('north', 30), ('south', 20), ('south', 5), ('west', NULL);
-- count: 5

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i * 2 FROM n WHERE i < 50)
SELECT group_concat(i, ' ') FROM n;
-- > 1 2 4 8 16 32 64
WITH big AS MATERIALIZED (SELECT * FROM sale WHERE amount >= 20)
SELECT region, amount FROM big ORDER BY amount DESC;
-- > north | 30
-- > south | 20

SELECT region, amount,
       sum(amount) OVER (PARTITION BY region ORDER BY id) AS running,
       rank() OVER (ORDER BY amount DESC NULLS LAST) AS place
  FROM sale ORDER BY id;
-- > north | 10 | 10 | 3
-- > north | 30 | 40 | 1
-- > south | 20 | 20 | 2
-- > south | 5 | 25 | 4
-- > west | NULL | NULL | 5
SELECT id, avg(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM sale;
-- > 1 | 20.0
-- > 2 | 20.0
-- > 3 | 18.3333
-- > 4 | 12.5
-- > 5 | 5.0
SELECT lag(amount, 1, 0) OVER w, first_value(id) OVER w
  FROM sale WINDOW w AS (PARTITION BY region ORDER BY id) LIMIT 2;
-- > 0 | 1
-- > 10 | 1

SELECT region, count(*), count(amount), total(amount),
       count(*) FILTER (WHERE amount > 10)
  FROM sale GROUP BY region HAVING count(*) > 1 ORDER BY region;
-- > north | 2 | 2 | 40.0 | 1
-- > south | 2 | 2 | 25.0 | 1

CREATE TABLE region (name TEXT PRIMARY KEY, manager TEXT) WITHOUT ROWID;
INSERT INTO region VALUES ('north', 'Ada'), ('east', 'Bo');
SELECT r.name, s.amount FROM region r LEFT JOIN sale s ON s.region = r.name ORDER BY 1, 2;
-- > east | NULL
-- > north | 10
-- > north | 30
SELECT r.name, s.region FROM region r FULL JOIN (SELECT DISTINCT region FROM sale) s
    ON s.region = r.name ORDER BY coalesce(r.name, s.region);
-- > east | NULL
-- > north | north
-- > NULL | south
-- > NULL | west
SELECT name FROM region r WHERE EXISTS (SELECT 1 FROM sale s WHERE s.region = r.name);
-- > north

SELECT region FROM sale INTERSECT SELECT name FROM region;
-- > north
SELECT name FROM region EXCEPT SELECT region FROM sale;
-- > east
VALUES (1, 'a'), (2, 'b');
-- > 1 | a
-- > 2 | b
SELECT DISTINCT region FROM sale ORDER BY region LIMIT 2 OFFSET 1;
-- > south
-- > west
SELECT CASE WHEN amount IS NULL THEN 'none' WHEN amount > 15 THEN 'much' ELSE 'some' END
  FROM sale ORDER BY id;
-- > some
-- > much
-- > much
-- > some
-- > none
SELECT id FROM sale WHERE region LIKE 'N%' AND amount BETWEEN 5 AND 10 OR region GLOB 'w*';
-- > 1
-- > 5
