"""Ways to learn a protected value, written before the rewriting was: each shows `zx81…` or `LEAK` where nothing holds.

In `customer`, `email` is masked and `ssn` hidden. No statement here spells a whole value.
"""

from __future__ import annotations

COMMON = """
SELECT * FROM customer
SELECT email FROM customer
SELECT ssn FROM customer
SELECT email AS name FROM customer
SELECT upper(email) FROM customer
SELECT lower(ssn) FROM customer
SELECT c.email FROM customer c
SELECT c.* FROM customer AS c
SELECT customer.email FROM customer
SELECT CONCAT(email, '') FROM customer
SELECT CASE WHEN email LIKE 'zx81%' THEN 'LEAK' END AS x FROM customer
SELECT 'LEAK' AS x FROM customer WHERE email LIKE 'zx81%'
SELECT 'LEAK' AS x FROM customer WHERE ssn LIKE 'zx81%'
SELECT 'LEAK' AS x FROM customer WHERE length(email) = 8
SELECT 'LEAK' AS x FROM customer WHERE email > 'zx80' AND email < 'zx82'
SELECT 'LEAK' AS x FROM customer GROUP BY region HAVING min(email) LIKE 'zx81%'
SELECT min(email) FROM customer
SELECT max(ssn) FROM customer
SELECT email, count(*) FROM customer GROUP BY email
SELECT count(DISTINCT email) AS n, 'x' AS y FROM customer HAVING count(DISTINCT email) > 1
SELECT DISTINCT ssn FROM customer
SELECT first_value(email) OVER (ORDER BY id) FROM customer
SELECT lag(ssn) OVER (ORDER BY id) FROM customer
SELECT * FROM (SELECT * FROM customer) AS t
SELECT t.x FROM (SELECT email AS x FROM customer) AS t
SELECT (SELECT email FROM customer WHERE id = 1) AS x
SELECT (SELECT max(c.ssn) FROM customer c WHERE c.id = o.id) AS x FROM orders o
SELECT 'LEAK' AS x WHERE EXISTS (SELECT 1 FROM customer WHERE email LIKE 'zx81%')
SELECT 'LEAK' AS x FROM orders WHERE id IN (SELECT id FROM customer WHERE ssn LIKE 'zx81%')
SELECT c.email FROM orders o JOIN customer c ON c.id = o.id
SELECT c.ssn FROM orders o LEFT JOIN customer c USING (id)
SELECT * FROM orders NATURAL JOIN customer
SELECT * FROM orders, customer
SELECT * FROM (orders JOIN customer ON orders.id = customer.id)
SELECT 'LEAK' AS x FROM orders o JOIN customer c ON c.email LIKE 'zx81%'
SELECT a.email FROM customer a JOIN customer b ON a.id = b.id
SELECT email FROM customer UNION ALL SELECT 'x'
SELECT 'x' AS a UNION SELECT ssn FROM customer
SELECT name FROM customer ORDER BY email LIMIT 1
WITH c AS (SELECT * FROM customer) SELECT * FROM c
WITH customer AS (SELECT * FROM customer) SELECT * FROM customer
WITH customer AS (SELECT 1 AS x) SELECT * FROM customer WHERE x IN (SELECT 1)
WITH "Customer" AS (SELECT 1 AS x) SELECT * FROM customer
WITH a AS (SELECT * FROM b), b AS (SELECT * FROM customer) SELECT * FROM a
WITH a AS (WITH customer AS (SELECT 1 AS x) SELECT * FROM customer) SELECT customer.* FROM a, customer
WITH a AS (SELECT 1 AS x), customer AS (SELECT email FROM customer) SELECT * FROM customer
SELECT * FROM customer WHERE 1 IN (WITH customer AS (SELECT 1 AS x) SELECT x FROM customer)
SELECT * FROM (WITH customer AS (SELECT 1 AS x) SELECT * FROM customer) AS t, customer AS u
WITH RECURSIVE r AS (SELECT id, ssn FROM customer UNION ALL SELECT id + 9, ssn FROM r WHERE id < 5) SELECT * FROM r
WITH RECURSIVE customer AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM customer WHERE x < 3) SELECT * FROM customer
SELECT * FROM CUSTOMER
SELECT Email FROM Customer
SELECT "email" FROM "customer"
SELECT * FROM shown
SELECT * FROM hidden_by_view
SELECT x FROM twice
SELECT * FROM with_cte
SELECT 'LEAK' AS x FROM shown WHERE email LIKE 'zx81%'
SELECT * FROM customer WHERE id = 1 AND (email LIKE 'zx81%' OR 1 = 1)
SELECT CAST(email AS CHAR(20)) FROM customer
SELECT coalesce(email, ssn) FROM customer
SELECT substr(email, 1, 8) FROM customer
SELECT replace(email, 'q', 'r') FROM customer
SELECT 1 FROM customer WHERE CAST(email AS INTEGER) = 1
""".strip().splitlines()

SQLITE = """
PRAGMA table_info(customer)
SELECT 'LEAK' AS x WHERE 'zx81' < (SELECT group_concat(email) FROM customer)
SELECT json_group_array(email) FROM customer
SELECT json_object('a', ssn) FROM customer
SELECT * FROM main.customer
SELECT main.customer.email FROM main.customer
SELECT [email] FROM [customer]
SELECT `email` FROM `customer`
SELECT * FROM customer INDEXED BY customer_email WHERE email > ''
SELECT * FROM customer NOT INDEXED
SELECT * FROM sqlite_stat1
SELECT * FROM sqlite_stat4
SELECT sample FROM main.sqlite_stat4
SELECT 'LEAK' AS x WHERE 'zx81' || '-ada' IN one
SELECT 'LEAK' AS x WHERE 'zx81' || '-ada' IN main.one
SELECT * FROM one
SELECT * FROM search
SELECT body FROM search WHERE search MATCH 'zx81*'
SELECT snippet(search, 0, '', '', '', 9) FROM search
SELECT * FROM search_content
SELECT * FROM search_data
SELECT rowid, * FROM customer
SELECT * FROM customer AS c WHERE c.rowid = 1
SELECT total(email LIKE 'zx81%') AS n, iif(total(email LIKE 'zx81%') > 0, 'LEAK', '') AS x FROM customer
WITH "cuſtomer" AS (SELECT 1 AS x) SELECT * FROM customer
EXPLAIN SELECT * FROM customer WHERE email LIKE 'zx81%'
""".strip().splitlines()

DUCKDB = """
FROM customer
TABLE customer
FROM customer SELECT email
SELECT customer FROM customer
SELECT c FROM customer c
SELECT * EXCLUDE (id) FROM customer
SELECT * REPLACE (upper(email) AS email) FROM customer
SELECT COLUMNS('em.*') FROM customer
SELECT COLUMNS(*) FROM customer
SELECT unnest(list(email)) FROM customer
SELECT list(ssn) FROM customer
SELECT histogram(email) FROM customer
SELECT row_to_json(c) FROM customer c
SELECT to_json(customer) FROM customer
SUMMARIZE customer
SUMMARIZE SELECT * FROM customer
SELECT * FROM (SUMMARIZE customer)
DESCRIBE customer
SELECT * FROM (DESCRIBE customer)
PIVOT customer ON email
PIVOT customer ON region USING max(email)
PIVOT (FROM customer) ON region USING first(ssn)
UNPIVOT customer ON email, name
SELECT * FROM customer PIVOT (max(email) FOR region IN ('n', 's'))
SELECT * FROM customer UNPIVOT (v FOR k IN (email, name))
SELECT * FROM customer USING SAMPLE 100%
SELECT * FROM customer TABLESAMPLE 100%
SELECT * FROM customer c TABLESAMPLE reservoir(10)
SELECT * FROM main.customer
SELECT * FROM protected.main.customer
SELECT * FROM protected.customer
SELECT main.customer.email FROM main.customer
SELECT * FROM 'customer'
SELECT * FROM orders POSITIONAL JOIN customer
SELECT * FROM orders o ASOF JOIN customer c ON o.id >= c.id
SELECT * FROM orders SEMI JOIN customer USING (id)
SELECT x FROM orders, LATERAL (SELECT email AS x FROM customer WHERE customer.id = orders.id) t
SELECT * FROM query_table('customer')
SELECT * FROM query('FROM customer')
SELECT * FROM duckdb_tables()
SELECT * FROM pragma_storage_info('customer')
SELECT stats('x'), email FROM customer
SELECT arg_min(email, id) FROM customer
SELECT max_by(ssn, id) FROM customer
SELECT approx_top_k(email, 3) FROM customer
SELECT string_agg(email, ',') FROM customer
SELECT email FROM customer QUALIFY row_number() OVER (ORDER BY email) = 1
SELECT [x.email FOR x IN list(customer)] FROM customer
SELECT struct_extract(customer, 'email') FROM customer
SELECT customer.customer.email FROM customer
SELECT list_transform(list(customer), x -> x.email) FROM customer
WITH t AS MATERIALIZED (FROM customer) FROM t
EXPLAIN ANALYZE SELECT * FROM customer WHERE email LIKE 'zx81%'
""".strip().splitlines()

POSTGRESQL = """
TABLE customer
SELECT customer FROM customer
SELECT c FROM customer c
SELECT c::text FROM customer c
SELECT (c).email FROM customer c
SELECT (customer).ssn FROM customer
SELECT row_to_json(c) FROM customer c
SELECT to_jsonb(customer) FROM customer
SELECT json_agg(c) FROM customer c
SELECT array_agg(email) FROM customer
SELECT string_agg(ssn, ',') FROM customer
SELECT * FROM ONLY customer
SELECT * FROM customer *
SELECT * FROM customer AS c(a, b, d, e, f)
SELECT b FROM customer AS c(a, b, d)
SELECT * FROM public.customer
SELECT public.customer.email FROM public.customer
SELECT * FROM customer TABLESAMPLE system (100)
SELECT * FROM customer TABLESAMPLE bernoulli (100) REPEATABLE (1)
SELECT x FROM orders, LATERAL (SELECT email AS x FROM customer WHERE customer.id = orders.id) t
SELECT * FROM child
SELECT * FROM part
SELECT * FROM part_1
SELECT * FROM parent
SELECT * FROM stored
SELECT * FROM by_function
SELECT * FROM by_statistics
SELECT * FROM other.customer
SELECT * FROM other.same
SELECT most_common_vals FROM pg_stats WHERE attname = 'email'
SELECT histogram_bounds FROM pg_catalog.pg_stats
SELECT stavalues1 FROM pg_statistic
SELECT * FROM query_to_xml('SELECT * FROM customer', true, true, '')
SELECT table_to_xml('customer', true, true, '')
SELECT reader()
SELECT email(customer) FROM customer
SELECT max(email) FILTER (WHERE id = 1) FROM customer
SELECT percentile_disc(0) WITHIN GROUP (ORDER BY email) FROM customer
SELECT DISTINCT ON (id) email FROM customer
WITH "Customer" AS (SELECT 1 AS x) SELECT * FROM "customer"
WITH customer AS MATERIALIZED (SELECT * FROM customer) SELECT * FROM customer
SELECT CAST(c AS text) FROM customer c
SELECT 1 FROM customer WHERE email::int = 1
SELECT 1 / (CASE WHEN email LIKE 'zx81%' THEN 0 ELSE 1 END) FROM customer
SELECT ctid, * FROM customer
EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM customer WHERE email LIKE 'zx81%'
SELECT * FROM information_schema.columns WHERE column_default LIKE 'zx81%'
""".strip().splitlines()

MYSQL = """
TABLE customer
SELECT `email` FROM `customer`
SELECT * FROM customer USE INDEX (customer_email)
SELECT * FROM customer FORCE INDEX (customer_email) WHERE email > ''
SELECT GROUP_CONCAT(email) FROM customer
SELECT JSON_ARRAYAGG(ssn) FROM customer
SELECT JSON_OBJECT('a', email) FROM customer
SELECT * FROM {database}.customer
SELECT {database}.customer.email FROM {database}.customer
SELECT customer.email FROM {database}.customer
SELECT IF(email LIKE 'zx81%', 'LEAK', '') AS x FROM customer
SELECT 'LEAK' AS x FROM customer WHERE email REGEXP '^zx81'
SELECT EXTRACTVALUE(email, concat('~', email)) FROM customer
SELECT UPDATEXML(1, concat(0x7e, (SELECT email FROM customer LIMIT 1)), 1)
SELECT * FROM customer STRAIGHT_JOIN orders
SELECT SQL_NO_CACHE * FROM customer
DESCRIBE customer
SHOW COLUMNS FROM customer
SELECT * FROM information_schema.statistics
SELECT * FROM mysql.column_stats
SELECT * FROM by_function
SELECT EXISTS (TABLE customer) AS n, (SELECT max(email) FROM (TABLE customer) t) AS x
EXPLAIN SELECT * FROM customer WHERE email LIKE 'zx81%'
EXPLAIN FORMAT=JSON SELECT * FROM customer WHERE id = 1
ANALYZE FORMAT=JSON SELECT * FROM customer WHERE email LIKE 'zx81%'
""".strip().splitlines()

ATTACKS = {
    "sqlite": COMMON + SQLITE,
    "duckdb": COMMON + DUCKDB,
    "postgresql": COMMON + POSTGRESQL,
    "mysql": [attack.replace('"', "`") for attack in COMMON] + MYSQL,
}
