-- SQLite's JSON functions and operators.

CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO doc (body) VALUES ('{"a":1,"tags":["x","y"],"in":{"b":null}}'), ('{"a":2.5}');
-- count: 2
SELECT body ->> 'a', body -> 'tags', body ->> '$.tags[1]' FROM doc ORDER BY id;
-- > 1 | ["x","y"] | y
-- > 2.5 | NULL | NULL
SELECT doc.id, t.value FROM doc, json_each(body, '$.tags') AS t ORDER BY t.key;
-- > 1 | x
-- > 1 | y
SELECT json_extract(body, '$.in.b'), json_type(body, '$.in.b') FROM doc WHERE id = 1;
-- > NULL | null
SELECT json_set('{"a":1}', '$.b', json('[1,2]')), json_remove('{"a":1,"b":2}', '$.a');
-- > {"a":1,"b":[1,2]} | {"b":2}
SELECT json_group_array(id), json_group_object(id, body ->> 'a') FROM doc;
-- > [1,2] | {"1":1,"2":2.5}
SELECT json('{"a":') IS NULL;
-- error: 22000 Malformed JSON
SELECT json_valid('{"a":'), json_array(1, 'two', NULL);
-- > 0 | [1,"two",null]
