-- Functions in WebAssembly.

CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, v VECTOR(2));
INSERT INTO t VALUES (1, 'one', '[1,0]'), (2, 'two', '[0,1]'), (3, NULL, '[3,4]'), (4, 'three', NULL);
CREATE FUNCTION twice(n INTEGER) RETURNS INTEGER LANGUAGE WAT DETERMINISTIC AS $$
  (module (func (export "twice") (param i64) (result i64)
    (i64.mul (local.get 0) (i64.const 2)))) $$;
SELECT id, twice(id) FROM t WHERE twice(id) > 2 ORDER BY twice(-id);
-- > 4 | 8
-- > 3 | 6
-- > 2 | 4
SELECT twice(NULL), sum(twice(id)) FROM t;
-- > NULL | 20
SELECT twice(id) % 4, count(*) FROM t GROUP BY twice(id) % 4 ORDER BY 1;
-- > 0 | 2
-- > 2 | 2
SELECT id FROM t WHERE twice(id) <> 2 ORDER BY v <-> '[1,0]' LIMIT 1;
-- > 2
UPDATE t SET name = 'id ' || twice(id) WHERE id = 3;
SELECT name FROM t WHERE id = 3;
-- > id 6

-- Bytes lie in the module's memory.
CREATE FUNCTION bytes(t TEXT) RETURNS INTEGER LANGUAGE WAT AS $$
  (module (memory 1) (func (export "bytes") (param i32 i32) (result i64)
    (i64.extend_i32_u (local.get 1)))) $$;
SELECT bytes('één'), bytes(''), bytes(NULL);
-- > 5 | 0 | NULL
CREATE FUNCTION first_number(v VECTOR) RETURNS REAL LANGUAGE WAT AS $$
  (module (memory 1) (func (export "first_number") (param i32 i32) (result f64)
    (f64.promote_f32 (f32.load (local.get 0))))) $$;
SELECT id, first_number(v) FROM t ORDER BY id;
-- > 1 | 1.0
-- > 2 | 0.0
-- > 3 | 3.0
-- > 4 | NULL

-- Many rows in one call.
CREATE FUNCTION next(n INTEGER) RETURNS INTEGER LANGUAGE WAT DETERMINISTIC VECTORIZED AS $$
  (module (memory 0)
    (func (export "next") (param $n i32) (param $a i32) (param $na i32) (param $out i32) (param $no i32)
      (local $i i32)
      (loop $again
        (i64.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 3)))
          (i64.add (i64.const 1)
            (i64.load (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 3))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (local.get $n)))))) $$;
WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000) SELECT sum(next(i)) FROM s;
-- > 4504500

-- What a function may not do.
CREATE FUNCTION f(n INTEGER) RETURNS INTEGER LANGUAGE WAT AS $$
  (module (import "env" "open" (func (param i64) (result i64)))
    (func (export "f") (param i64) (result i64) (call 0 (local.get 0)))) $$;
-- error: 42P13 import
CREATE FUNCTION f(n INTEGER) RETURNS INTEGER LANGUAGE WAT AS '(module)';
-- error: 42P13 f
CREATE FUNCTION f(n INTEGER) RETURNS INTEGER LANGUAGE WAT AS '(module (func';
-- error: 42P13 line 1
CREATE FUNCTION f(n INTEGER) RETURNS INTEGER LANGUAGE WASM AS X'0061736d';
-- error: 42P13 f(INTEGER)
CREATE FUNCTION spin() RETURNS INTEGER LANGUAGE WAT AS $$
  (module (func (export "spin") (result i64) (loop (br 0)) (i64.const 1))) $$;
SELECT spin();
-- error: 38F01 spin()
CREATE FUNCTION deep() RETURNS INTEGER LANGUAGE WAT AS $$
  (module (func $deep (export "deep") (result i64) (i64.add (i64.const 1) (call $deep)))) $$;
SELECT deep();
-- error: 38F05 deep()
CREATE FUNCTION outside() RETURNS INTEGER LANGUAGE WAT AS $$
  (module (memory 1) (func (export "outside") (result i64) (i64.load (i32.const -8)))) $$;
SELECT outside();
-- error: 38001 outside()
CREATE FUNCTION half(a INTEGER, b INTEGER) RETURNS INTEGER LANGUAGE WAT AS $$
  (module (func (export "half") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))) $$;
SELECT half(8, 2), half(1, 0);
-- error: 38001 half(INTEGER, INTEGER)
SELECT half(8, 2);
-- > 4
SELECT function, event FROM sextant.sandbox_audit ORDER BY seq;
-- > f(INTEGER) | refused
-- > f(INTEGER) | refused
-- > f(INTEGER) | refused
-- > f(INTEGER) | refused
-- > spin() | fuel
-- > deep() | stack
-- > outside() | trap
-- > half(INTEGER, INTEGER) | trap
SELECT name, fuel > 0 FROM sextant.function_stats WHERE name = 'half';
-- > half | 1
