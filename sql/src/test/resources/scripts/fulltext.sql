-- Full-text search by FTS5.

CREATE VIRTUAL TABLE note USING fts5 (title, body, tokenize = 'porter');
INSERT INTO note VALUES
  ('Sextant', 'an instrument for measuring angles between distant objects'),
  ('Compass', 'an instrument that shows north'),
  ('Chart', 'a map of the sea');
-- count: 3
SELECT title FROM note WHERE note MATCH 'measure' ORDER BY rank;
-- > Sextant
SELECT title FROM note WHERE note MATCH 'instrument NOT angle';
-- > Compass
SELECT highlight(note, 1, '[', ']') FROM note WHERE note MATCH 'body: map';
-- > a [map] of the sea
SELECT count(*) FROM note WHERE note MATCH '"the sea"';
-- > 1
SELECT title, bm25(note) < 0 FROM note WHERE note MATCH 'instr*' ORDER BY title;
-- > Compass | 1
-- > Sextant | 1
DELETE FROM note WHERE title = 'Chart';
-- count: 1
SELECT count(*) FROM note WHERE note MATCH 'sea';
-- > 0
