-- The machine's nodes as tables: what holds on any machine.

SELECT count(*) FROM sextant.numa_nodes n WHERE n.online = 1 AND NOT EXISTS
  (SELECT 1 FROM sextant.numa_distances d WHERE d.from_node = n.node AND d.to_node = n.node);
-- > 0
SELECT count(*) FROM sextant.numa_cpus c WHERE c.node IS NOT NULL AND c.node NOT IN (SELECT node FROM sextant.numa_nodes);
-- > 0
SELECT count(*) > 0, sum(allowed) > 0 FROM sextant.numa_cpus WHERE online = 1;
-- > 1 | 1
SELECT (SELECT sum(cpu_count) FROM sextant.numa_nodes) = (SELECT count(*) FROM sextant.numa_cpus WHERE node IS NOT NULL);
-- > 1
SELECT count(*) FROM sextant.numa_devices WHERE node IS NULL AND node_source NOT LIKE 'none:%';
-- > 0
SELECT count(*) > 10, count(*) = count(DISTINCT capability) FROM sextant.numa_capabilities;
-- > 1 | 1
SELECT min(tested <> ''), min(needed_for <> '') FROM sextant.numa_capabilities;
-- > 1 | 1
SELECT count(*) FROM sextant.numa_threads WHERE kind IN ('session', 'gc', 'jit', 'vm') AND last_cpu IS NULL;
-- > 0
SELECT sum(kind = 'session'), sum(kind = 'jit') > 0 FROM sextant.numa_threads;
-- > 1 | 1
SELECT count(*) FROM sextant.numa_discovery_notes WHERE source IS NULL OR what = '';
-- > 0
SELECT count(*) > 0 FROM sextant.numa_limits WHERE name = 'Cpus_allowed_list';
-- > 1
SELECT finding FROM sextant.numa_report WHERE finding = '1 NUMA node'
  AND (SELECT count(*) FROM sextant.numa_nodes WHERE online = 1) <> 1;
SELECT numa_distance(NULL, 1), numa_distance(numa_current_node(), NULL);
-- > NULL | NULL
SELECT numa_distance(numa_current_node(), numa_current_node()) >= 10;
-- > 1
SELECT numa_distance(1);
-- error: 42883 expects 2 arguments and got 1
SELECT numa_distance(-1, 0);
-- error: 22023 but got -1
SELECT numa_current_node(1);
-- error: 42883 expects 0 arguments
SELECT numa_curent_node();
-- error: 42883
CALL numa_rediscover(1);
-- error: 42883 takes at most 0 arguments
CALL numa_rediscovery();
-- error: 42883 did you mean "numa_rediscover"
CREATE TABLE on_node(id INTEGER PRIMARY KEY, node INTEGER);
CREATE INDEX by_node ON on_node(numa_current_node());
-- error: 0A000
