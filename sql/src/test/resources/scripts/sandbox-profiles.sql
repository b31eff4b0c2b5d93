-- Profiles narrow the profile they extend.

SELECT * FROM sextant.sandbox_profiles WHERE name = 'untrusted';
-- > untrusted | NULL | 50000000 | 67108864 | 2000.0 | 1000 | 1048576 | 1024 | 2 | LANDLOCK,SECCOMP
CREATE SANDBOX PROFILE small EXTENDS untrusted (FUEL 1000, MEMORY '1MB', WALL_TIME '50ms', OUTPUT '1KB', WORKERS 1);
CREATE SANDBOX PROFILE tiny EXTENDS small (STACK 10, BATCH_ROWS 16, REQUIRE (SECCOMP, LANDLOCK));
SELECT name FROM sextant.sandbox_profiles WHERE parent IS NULL ORDER BY name;
-- > batch-job
-- > ci-runner
-- > development
-- > hostile-tenant
-- > minimal
-- > untrusted
-- > web-server
SELECT * FROM sextant.sandbox_profiles WHERE parent IS NOT NULL ORDER BY fuel, stack DESC;
-- > small | untrusted | 1000 | 1048576 | 50.0 | 1000 | 1024 | 1024 | 1 | LANDLOCK,SECCOMP
-- > tiny | small | 1000 | 1048576 | 50.0 | 10 | 1024 | 16 | 1 | LANDLOCK,SECCOMP
CREATE SANDBOX PROFILE wide EXTENDS small (FUEL 1001);
-- error: 42P16 FUEL to "1001", which allows more than its parent "small": 1000
CREATE SANDBOX PROFILE wide EXTENDS untrusted (MEMORY '65MB');
-- error: 42P16 MEMORY to "65MB"
CREATE SANDBOX PROFILE wide EXTENDS untrusted (WALL_TIME '1min');
-- error: 42P16 WALL_TIME
CREATE SANDBOX PROFILE wide EXTENDS untrusted (STACK 0);
-- error: 42P16 STACK
CREATE SANDBOX PROFILE wide EXTENDS untrusted (OUTPUT 'much');
-- error: 42P16 OUTPUT
CREATE SANDBOX PROFILE wide EXTENDS untrusted (NETWORK ANY);
-- error: 42P16 NETWORK
CREATE SANDBOX PROFILE wide EXTENDS untrusted (REQUIRE (MOAT));
-- error: 42P16 MOAT
CREATE SANDBOX PROFILE wide EXTENDS nowhere (FUEL 1);
-- error: 22023 nowhere
CREATE SANDBOX PROFILE wide (FUEL 1);
-- error: 42601 EXTENDS
CREATE SANDBOX PROFILE wide EXTENDS untrusted (FUEL 1, FUEL 2);
-- error: 42601 once
CREATE SANDBOX PROFILE small EXTENDS untrusted (FUEL 1);
-- error: 42P07 small
CREATE SANDBOX small EXTENDS untrusted (FUEL 1);
-- error: 42601 PROFILE

-- Limits hold.
CREATE FUNCTION wide(a INTEGER) RETURNS TEXT LANGUAGE SQL SANDBOX tiny AS $$ printf('%*d', a, 1) $$;
SELECT length(wide(1000));
-- > 1000
SELECT wide(2000);
-- error: 38F04 2000 bytes
SELECT event, function, profile FROM sextant.sandbox_audit;
-- > output | wide(INTEGER) | tiny

DROP SANDBOX PROFILE tiny;
-- error: 42P16 wide(INTEGER)
DROP SANDBOX PROFILE small;
-- error: 42P16 tiny
DROP SANDBOX PROFILE untrusted;
-- error: 42P16 every database
DROP SANDBOX PROFILE nowhere;
-- error: 22023 nowhere
DROP SANDBOX PROFILE IF EXISTS nowhere;
DROP FUNCTION wide;
DROP SANDBOX PROFILE tiny;
DROP SANDBOX PROFILE small;
SELECT count(*) FROM sextant.sandbox_profiles WHERE parent IS NOT NULL;
-- > 0
BEGIN;
CREATE SANDBOX PROFILE p EXTENDS untrusted (FUEL 1);
ROLLBACK;
SELECT count(*) FROM sextant.sandbox_profiles WHERE name = 'p';
-- > 0

-- System calls are narrowed too.
CREATE SANDBOX PROFILE strict EXTENDS ci-runner (DENY 'uname', ON_DENIAL 'kill');
-- error: 42601
CREATE SANDBOX PROFILE strict EXTENDS "ci-runner" (DENY 'uname', ON_DENIAL 'kill');
SELECT count(*) FROM sextant.sandbox_rules WHERE profile = 'ci-runner' AND layer = 'seccomp run' AND object LIKE 'uname%' AND action = 'allow';
-- > 1
SELECT count(*) FROM sextant.sandbox_rules WHERE profile = 'strict' AND layer = 'seccomp run' AND object LIKE 'uname%' AND action = 'allow';
-- > 0
CREATE SANDBOX PROFILE lax EXTENDS strict (ON_DENIAL 'errno');
-- error: 42P16 ON_DENIAL
CREATE SANDBOX PROFILE lax EXTENDS strict (ALLOW 'socket');
-- error: 42P16 ALLOW
SELECT count(*), min(instructions) < min(linear_instructions), count(DISTINCT stage) FROM sextant.sandbox_programs WHERE profile IN ('strict', 'ci-runner');
-- > 4 | 1 | 2
SELECT count(DISTINCT sha256) FROM sextant.sandbox_programs WHERE profile IN ('strict', 'ci-runner') AND stage = 'run';
-- > 2
DROP SANDBOX PROFILE strict;
SELECT count(*) > 0 FROM sextant.sandbox_capabilities;
-- > 1
SELECT count(*) FROM sextant.sandbox_workers;
-- > 0

SET sandbox.processes = on;
SELECT value FROM sextant.settings WHERE name = 'sandbox.processes';
-- > on
SET sandbox.processes = maybe;
-- error: 22023 maybe
SET sandbox.moat = on;
-- error: 22023 sandbox.moat
SET sandbox.processes = off;
