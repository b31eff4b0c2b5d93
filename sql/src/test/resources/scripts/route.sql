-- Chat models by route: definitions, calls of stubs, what is logged.

CREATE CHAT MODEL small PROVIDER acme (context 8000, max_output 500, tokenizer 'o200k_base', capabilities 'json');
CREATE CHAT MODEL large PROVIDER acme (context 128000, capabilities 'json,tools');
CREATE CHAT MODEL small PROVIDER acme;
-- error: 42P07 Chat model "small" exists
CREATE CHAT MODEL IF NOT EXISTS small PROVIDER other;
CREATE PRICE FOR small (input 0.5, output 2) VALID FROM '2026-01-01';
CREATE PRICE FOR large (input 5, output 20, cache_read 0.5) VALID FROM '2026-01-01';
CREATE PRICE FOR larg (input 5) VALID FROM '2026-01-01';
-- error: 22023 did you mean "large"
CREATE PRICE FOR large (imput 5) VALID FROM '2026-01-01';
-- error: 22023 did you mean "input"
SELECT model, unit, usd FROM sextant.llm_prices ORDER BY 1, 2;
-- > large | cache_read | 0.5
-- > large | input | 5.0
-- > large | output | 20.0
-- > small | input | 0.5
-- > small | output | 2.0

CREATE ENDPOINT s1 FOR small KIND stub (answer 'S: {prompt}', rpm 1000);
CREATE ENDPOINT l1 FOR large KIND stub (answer 'L: {prompt}');
CREATE ENDPOINT broken FOR small KIND stub (status 503);
CREATE ENDPOINT remote FOR large KIND openai URL 'https://api.example.com/v1' SECRET env:SEXTANT_NO_SUCH_KEY (timeout 30 s);
CREATE ENDPOINT bad FOR large KIND openai;
-- error: 42P16 needs the option url
CREATE ENDPOINT bad FOR large KIND opena;
-- error: 22023 did you mean "openai"
SELECT name, model, kind, url, secret, timeout_ms FROM sextant.endpoints ORDER BY name;
-- > broken | small | stub | NULL | NULL | 30000
-- > l1 | large | stub | NULL | NULL | 30000
-- > remote | large | openai | https://api.example.com/v1 | env:SEXTANT_NO_SUCH_KEY | 30000
-- > s1 | small | stub | NULL | NULL | 30000

CREATE ROUTE chat TARGETS (s1 PRIORITY 0 WEIGHT 7, l1 PRIORITY 1) USING POLICY priority DEADLINE 30 s ATTEMPTS 3;
CREATE ROUTE chat TARGETS (s1);
-- error: 42P07 Route "chat" exists
CREATE ROUTE other TARGETS (s2);
-- error: 22023 did you mean "s1"
CREATE ROUTE other TARGETS (s1) USING POLICY cheepest;
-- error: 22023 did you mean "cheapest"
CREATE OR REPLACE ROUTE chat TARGETS (s1 PRIORITY 0 WEIGHT 7, l1 PRIORITY 1) USING POLICY priority FALLBACK ON (rate_limit, timeout, server) DEADLINE 30 s ATTEMPTS 2;
SELECT name, version, policy, fallback, deadline_ms, attempts FROM sextant.routes;
-- > chat | 2 | priority | rate_limit,timeout,server | 30000 | 2
SELECT route, position, endpoint, priority, weight FROM sextant.route_targets;
-- > chat | 0 | s1 | 0 | 7.0
-- > chat | 1 | l1 | 1 | 1.0

SELECT COMPLETE('chat', 'hello');
-- > S: hello
SELECT COMPLETE('large', 'hello');
-- > L: hello
SELECT COMPLETE('chat', NULL);
-- > NULL
SELECT COMPLETE('chatt', 'hello');
-- error: 22023 did you mean "chat"
SELECT COMPLETE('chat', 'hello', '{"models": ["large"]}');
-- > L: hello
SELECT COMPLETE('chat', 'hello', '{"caps": ["tools"]}');
-- > L: hello
SELECT COMPLETE('chat', 'hello', '{"modle": "large"}');
-- error: 22023 no member "modle"
SELECT COMPLETE('chat', 'hello', '{"max_usd": 0.0000001}');
-- error: 53000 max_cost

-- Once for each distinct prompt, whatever the query does with the result.
CREATE TABLE p(id INTEGER PRIMARY KEY, prompt TEXT);
INSERT INTO p VALUES (1, 'one'), (2, 'two'), (3, 'one'), (4, NULL);
SELECT count(*) FROM sextant.attempts;
-- > 4
SELECT r, r || '!' FROM (SELECT id, COMPLETE('chat', prompt) AS r FROM p) ORDER BY id;
-- > S: one | S: one!
-- > S: two | S: two!
-- > S: one | S: one!
-- > NULL | NULL
SELECT count(*) FROM sextant.attempts;
-- > 6
SELECT id FROM p WHERE COMPLETE('chat', prompt) = 'S: one' OR COMPLETE('chat', prompt) LIKE '%nothing';
-- > 1
-- > 3
SELECT count(*) FROM sextant.attempts;
-- > 8
SELECT COMPLETE('chat', prompt) FROM p ORDER BY id LIMIT 1;
-- > S: one
SELECT count(*) FROM sextant.attempts;
-- > 9

-- Calls first, then writes.
CREATE TABLE answers(id INTEGER PRIMARY KEY, answer TEXT);
INSERT INTO answers SELECT id, COMPLETE('chat', prompt) FROM p WHERE prompt IS NOT NULL;
INSERT INTO answers VALUES (10, COMPLETE('chat', 'ten'));
UPDATE answers SET answer = COMPLETE('chat', 'new ' || id) WHERE id < 3;
SELECT id, answer FROM answers ORDER BY id;
-- > 1 | S: new 1
-- > 2 | S: new 2
-- > 3 | S: one
-- > 10 | S: ten
SELECT count(*) FROM sextant.attempts;
-- > 14

-- Failover, and the decision's rows.
CREATE ROUTE careful TARGETS (broken PRIORITY 0, l1 PRIORITY 1) ATTEMPTS 3;
SELECT text, endpoint, attempts, cost_usd > 0 FROM COMPLETE_ROW('careful', 'hi');
-- > L: hi | l1 | 2 | 1
SELECT n, endpoint, status, error_class, cost_usd IS NULL FROM sextant.attempts WHERE decision_id = LAST_DECISION_ID() ORDER BY n;
-- > 1 | broken | 503 | server | 1
-- > 2 | l1 | 200 | NULL | 0
SELECT chosen, fallback_of = LAST_DECISION_ID() FROM sextant.decisions ORDER BY decision_id DESC LIMIT 2;
-- > l1 | 1
-- > broken | NULL
SELECT endpoint, eligible, reject_reason, chosen, prob FROM sextant.decision_candidates WHERE decision_id = (SELECT max(decision_id) FROM sextant.decisions) ORDER BY position;
-- > broken | 0 | already_tried | 0 | 0.0
-- > l1 | 1 | NULL | 1 | 1.0
SELECT d.id, c.text, c.endpoint FROM p d, COMPLETE_ROW('chat', d.prompt) c WHERE d.id < 3 ORDER BY d.id;
-- > 1 | S: one | s1
-- > 2 | S: two | s1
SELECT endpoint, eligible, chosen FROM ROUTE_EXPLAIN('hi', 'careful');
-- > broken | 1 | 1
-- > l1 | 1 | 0
SELECT ROUTE('hi', 'chat');
-- > s1
ALTER ENDPOINT s1 DISABLE;
SELECT ROUTE('hi', 'chat');
-- > l1
SELECT reject_reason FROM ROUTE_EXPLAIN('hi', 'chat') WHERE eligible = 0;
-- > disabled
ALTER ENDPOINT s1 ENABLE;
ALTER ENDPOINT s1 OPEN;
SELECT endpoint, state FROM sextant.breakers WHERE endpoint = 's1';
-- > s1 | forced_open
SELECT COMPLETE('small', 'x', '{"models": ["small"], "max_tokens": 5}') FROM p WHERE id = 99;
ALTER ENDPOINT s1 RESET;

-- Policies.
CREATE ROUTE cheap TARGETS (l1, s1) USING POLICY cheapest;
SELECT ROUTE('hi', 'cheap');
-- > s1
CREATE ROUTE mine TARGETS (l1, s1) USING POLICY AS (SELECT endpoint, 0 - cost_hat AS score FROM candidate WHERE eligible);
SELECT ROUTE('hi', 'mine');
-- > s1
CREATE ROUTE worse TARGETS (l1, s1) USING POLICY AS (SELECT endpoint, cost FROM nowhere);
-- error: 42P16 The query of a policy failed
SELECT min(same), count(*) FROM (SELECT 1 AS same) WHERE false;
-- > NULL | 0

-- Tokens, cost, prompts, feedback.
SELECT TOKENS('hello world'), TOKENS('hello world', 'large'), COST('large', 1000000, 0), COST('large', 1000, 10, 500);
-- > 2 | 2 | 5.0 | 0.00295
CREATE PROMPT translate AS 'Translate to {{language}}: {{text}}';
SELECT RENDER('translate', '{"language": "French", "text": "hello"}');
-- > Translate to French: hello
SELECT RENDER('translate', '{"language": "French"}');
-- error: 22023 {{text}}
CREATE OR REPLACE PROMPT translate AS '{{text}} in {{language}}?';
ALTER PROMPT translate ADD VERSION AS 'Say {{text}}';
SELECT version, active, parent, origin FROM sextant.prompt_versions;
-- > 1 | 0 | NULL | user
-- > 2 | 1 | 1 | user
-- > 3 | 0 | 2 | user
ALTER PROMPT translate ACTIVATE VERSION 3;
SELECT RENDER('translate', '{"text": "hello"}');
-- > Say hello
ALTER PROMPT translate ACTIVATE VERSION 7;
-- error: 22023 no version 7
CALL FEEDBACK(1, 'quality', 0.5);
-- > 1
SELECT decision_id, metric, value, source FROM sextant.outcomes;
-- > 1 | quality | 0.5 | user
CALL FEEDBACK(9999, 'quality', 0.5);
-- error: 22023 No decision 9999
REPLAY DECISION 1;
-- > s1 | 1 | 0.0 | 1.0 | 1 | 0.0 | 1.0 | 1
-- > l1 | 1 | -1.0 | 0.0 | 0 | -1.0 | 0.0 | 1

-- Costs beforehand, and budgets.
EXPLAIN COST SELECT COMPLETE('chat', prompt, '{"max_tokens": 100}') FROM p;
-- > complete | chat | s1 | 2 | 2 | 9.0E-6 | 4.17E-4 | NULL
CREATE BUDGET tiny ON ROUTE careful LIMIT 0.000001 USD PER DAY;
SELECT COMPLETE('careful', 'hi');
-- error: 53000 over_budget
SELECT name, scope, scope_key, limit_usd, spent_usd, on_exhausted FROM sextant.budgets;
-- > tiny | route | careful | 1.0E-6 | 0.0 | reject
CREATE OR REPLACE BUDGET tiny ON ALL LIMIT 1 USD;
SELECT COMPLETE('chat', 'hi');
-- > S: hi
SELECT spent_usd > 0, reserved_usd, leaked_usd FROM sextant.budgets;
-- > 1 | 0.0 | 0.0
SELECT state FROM sextant.reservations;
-- > settled
DROP BUDGET tiny;

-- What is used is not dropped.
DROP CHAT MODEL small;
-- error: 42P16 is used by endpoint
DROP ENDPOINT s1;
-- error: 42P16 is used by route
DROP ROUTE chat;
DROP ROUTE chat;
-- error: 22023 No route "chat"
DROP ROUTE IF EXISTS chat;
CREATE ENDPOINT unpriced FOR large KIND stub (status 42x);
-- error: 42601
CREATE CHAT MODEL free PROVIDER acme;
CREATE ENDPOINT f1 FOR free KIND stub;
SELECT cost_usd FROM COMPLETE_ROW('free', 'hi');
-- > NULL
SET route.log_text = on;
SELECT COMPLETE('free', 'secret words');
-- > free answers: secret words
SELECT prompt FROM sextant.decisions ORDER BY decision_id DESC LIMIT 1;
-- > secret words
SET route.log_text = off;

-- What was logged is weighed, and what was recorded is learned from.
CREATE ENDPOINT s2 FOR small KIND stub;
CREATE ROUTE mixed TARGETS (s1, l1) USING POLICY weighted;
CREATE ROUTE always TARGETS (s1, l1) USING POLICY fixed (endpoint s1);
EVALUATE ROUTE always ON LOG METRIC nothing USING DR;
-- error: 22023 has an outcome "nothing"
CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT 'question ' || i AS prompt, i FROM n;
SELECT count(*) FROM (SELECT ROUTE(prompt, 'mixed', '{"seed": ' || i || '}') AS e FROM many) WHERE e IN ('s1', 'l1');
-- > 300
SELECT count(*) > 100 AND count(*) < 200 FROM sextant.decisions WHERE route = 'mixed' AND chosen = 's1' AND propensity = 0.5 AND propensity_kind = 'exact';
-- > 1
EVALUATE ROUTE always ON LOG BETWEEN 1 AND 1 METRIC quality USING SNIPS;
-- plan: RouteReport
CREATE TABLE recorded(prompt TEXT, model TEXT, score REAL, cost REAL);
INSERT INTO recorded SELECT 'short question ' || i, 'small', 0.9, 0.0001 FROM many UNION ALL SELECT 'short question ' || i, 'large', 0.9, 0.01 FROM many;
CREATE ROUTE taught TARGETS (l1, s1) USING POLICY knn (table recorded, usd_per_quality 0.001, k 5);
SELECT ROUTE('short question 1000', 'taught');
-- > s1
SELECT endpoint, round(quality, 6) FROM ROUTE_EXPLAIN('short question 1000', 'taught') ORDER BY endpoint;
-- > l1 | 0.9
-- > s1 | 0.9
CALIBRATE ROUTE taught USING (SELECT prompt, model, score, cost FROM recorded) KEEP 0.99 OF BEST;
-- plan: RouteReport
CALIBRATE ROUTE taught USING (SELECT prompt, model, score, cost FROM recorded LIMIT 20) KEEP 0.99 OF BEST;
-- error: 22000 No prompt has recorded outcomes
SELECT count(*) > 0, min(success_rate) >= 0 FROM sextant.endpoint_health;
-- > 1 | 1
SELECT route, model, endpoint, calls, success_rate FROM sextant.route_stats WHERE route = 'careful' ORDER BY endpoint;
-- > careful | small | broken | 1 | 0.0
-- > careful | large | l1 | 1 | 1.0

-- Answers that were recorded.
CREATE TABLE answered(prompt TEXT, model TEXT, answer TEXT, input_tokens INTEGER, output_tokens INTEGER);
INSERT INTO answered VALUES ('2+2?', 'large', '4', 7, 1);
CREATE ENDPOINT r1 FOR large KIND replay (table answered);
CREATE ROUTE again TARGETS (r1) ATTEMPTS 1;
SELECT text, input_tokens, output_tokens FROM COMPLETE_ROW('again', '2+2?');
-- > 4 | 7 | 1
SELECT COMPLETE('again', '3+3?');
-- error: 58000 nothing was recorded
