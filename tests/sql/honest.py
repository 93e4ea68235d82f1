"""Analytic statements that must pass the guard and give what the engine itself gives."""

from __future__ import annotations

COMMON = [
    "SELECT * FROM sale",
    "SELECT * FROM sale;",
    "select id, amount * 2 as doubled from sale where amount > 1.5 order by amount desc limit 3",
    "SELECT product, sum(amount) AS total, count(*) AS n FROM sale GROUP BY product HAVING count(*) > 1",
    "SELECT s.id, c.name FROM sale s JOIN customer c ON c.id = s.customer_id ORDER BY s.id",
    (
        "SELECT c.name, s.amount FROM customer c LEFT JOIN sale s ON s.customer_id = c.id AND s.amount "
        "> 3 ORDER BY 1, 2"
    ),
    "SELECT id, row_number() OVER (PARTITION BY product ORDER BY amount) AS r FROM sale ORDER BY id",
    (
        "SELECT id, sum(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM "
        "sale ORDER BY id"
    ),
    "SELECT id, lag(amount, 1, 0) OVER w AS l FROM sale WINDOW w AS (ORDER BY id) ORDER BY id",
    "SELECT id, ntile(2) OVER (ORDER BY id), percent_rank() OVER (ORDER BY amount) FROM sale ORDER BY id",
    "SELECT id, first_value(product) OVER (ORDER BY id) FROM sale ORDER BY id",
    "WITH big AS (SELECT * FROM sale WHERE amount > 2) SELECT count(*) FROM big",
    (
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT * FROM a UNION ALL SELECT * "
        "FROM b ORDER BY x"
    ),
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n",
    "SELECT product FROM sale UNION SELECT region FROM customer ORDER BY 1",
    "SELECT product FROM sale EXCEPT SELECT 'tea' ORDER BY 1",
    "SELECT product FROM sale INTERSECT SELECT 'tea'",
    (
        "SELECT CASE WHEN amount > 3 THEN 'high' WHEN amount > 1 THEN 'mid' ELSE 'low' END AS band FROM "
        "sale ORDER BY id"
    ),
    "SELECT sum(amount) FILTER (WHERE product = 'tea') AS tea FROM sale",
    "SELECT count(DISTINCT product) FROM sale",
    "SELECT DISTINCT product FROM sale ORDER BY product",
    "SELECT * FROM sale WHERE note = '; drop table sale'",
    "SELECT * FROM sale WHERE note LIKE '%drop%' OR note LIKE 'x''y'",
    'SELECT * FROM "update"',
    'SELECT "select" FROM "update" AS "delete"',
    "SELECT 'DELETE FROM sale' AS \"drop table\"",
    "SELECT * FROM sale WHERE id IN (SELECT max(id) FROM sale)",
    "SELECT * FROM customer c WHERE EXISTS (SELECT 1 FROM sale s WHERE s.customer_id = c.id) ORDER BY id",
    "SELECT (SELECT max(amount) FROM sale) - min(amount) AS spread FROM sale",
    "SELECT coalesce(region, 'none'), nullif(name, 'Bo') FROM customer ORDER BY id",
    (
        "SELECT upper(name), length(name), substr(name, 1, 1), replace(name, 'a', 'b'), trim(name) FROM "
        "customer ORDER BY id"
    ),
    "SELECT round(avg(amount), 2), min(amount), max(amount) FROM sale",
    "SELECT abs(-1), sqrt(4), power(2, 3), floor(1.5), ceil(1.5), exp(0), ln(1)",
    "SELECT CAST(amount AS INTEGER), CAST(id AS TEXT) FROM sale ORDER BY id",
    "SELECT name || '-' || id FROM customer ORDER BY id",
    "SELECT * FROM sale WHERE amount BETWEEN 1 AND 3 AND NOT product = 'jam' ORDER BY id",
    "SELECT * FROM customer WHERE region IS NOT NULL ORDER BY id",
    (
        "SELECT product, group_concat(id, ',') FROM (SELECT * FROM sale ORDER BY id) GROUP BY product "
        "ORDER BY product"
    ),
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT a.id, b.id FROM sale a CROSS JOIN sale b WHERE a.id < b.id ORDER BY 1, 2",
    "SELECT id FROM sale ORDER BY amount DESC NULLS LAST LIMIT 2 OFFSET 1",
    "SELECT -- a comment\n id /* another */ FROM sale ORDER BY id",
    "SELECT current_date IS NOT NULL",
    "SELECT 1e3, 0.5, -2, NULL, 5 % 3, 7 / 2.0",
    "SELECT count(*) AS n, avg(amount) AS mean FROM sale WHERE day >= '2024-02-01'",
    (
        "SELECT s.product, c.region, sum(s.amount) FROM sale s JOIN customer c ON c.id = "
        "s.customer_id GROUP BY 1, 2 ORDER BY 1, 2"
    ),
    (
        "SELECT product, sum(amount) * 100.0 / (SELECT sum(amount) FROM sale) AS share FROM sale "
        "GROUP BY product ORDER BY 2 DESC"
    ),
    "SELECT id, amount - avg(amount) OVER (PARTITION BY product) AS above FROM sale ORDER BY id",
    "SELECT id, rank() OVER (ORDER BY amount DESC), dense_rank() OVER (ORDER BY product) FROM sale ORDER BY id",
    (
        "SELECT id, lead(amount) OVER (ORDER BY id), last_value(id) OVER (PARTITION BY product "
        "ORDER BY id) FROM sale ORDER BY id"
    ),
    "SELECT id, cume_dist() OVER (ORDER BY amount), nth_value(id, 2) OVER (ORDER BY id) FROM sale ORDER BY id",
    (
        "SELECT id, max(amount) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED "
        "FOLLOWING) FROM sale ORDER BY id"
    ),
    "SELECT x.product, x.n FROM (SELECT product, count(*) AS n FROM sale GROUP BY product) AS x WHERE x.n > 1",
    (
        "SELECT c.id, count(s.id) FROM customer c LEFT JOIN sale s ON s.customer_id = c.id GROUP "
        "BY c.id ORDER BY c.id"
    ),
    (
        "SELECT sum(CASE WHEN product = 'tea' THEN amount ELSE 0 END) AS tea, sum(CASE WHEN "
        "product = 'jam' THEN 1 END) AS jam FROM sale"
    ),
    "SELECT * FROM sale WHERE product IN ('tea', 'oil') AND amount NOT IN (1, 2) ORDER BY id",
    "SELECT * FROM customer WHERE name LIKE 'A%' OR name NOT LIKE '%o' ORDER BY id",
    (
        "SELECT id FROM sale s WHERE amount = (SELECT max(amount) FROM sale t WHERE t.product = "
        "s.product) ORDER BY id"
    ),
    (
        "WITH t AS (SELECT product, sum(amount) AS total FROM sale GROUP BY product), r AS (SELECT "
        "*, row_number() OVER (ORDER BY total DESC) AS n FROM t) SELECT product FROM r WHERE n = 1"
    ),
    (
        "WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f WHERE b < 50) "
        "SELECT a FROM f ORDER BY a"
    ),
    "SELECT DISTINCT customer_id, product FROM sale ORDER BY 1, 2",
    "SELECT 'a' AS k UNION ALL SELECT 'b' UNION ALL SELECT 'a' ORDER BY k",
    "SELECT ltrim('  a'), rtrim('a  '), lower('ABC'), 'it''s'",
    "SELECT (amount > 2) AND (product = 'tea') OR NOT (id = 1) FROM sale ORDER BY id",
    'SELECT sale.id AS "sale id" FROM sale ORDER BY "sale id"',
    "SELECT min(day), max(day) FROM sale",
    "SELECT count(*) FROM sale a JOIN sale b ON a.customer_id = b.customer_id AND a.id < b.id",
]

SQLITE = [
    "SELECT strftime('%Y-%m', day) AS month, sum(amount) FROM sale GROUP BY 1 ORDER BY 1",
    "SELECT strftime('%w', day), strftime('%j', day), unixepoch(day) FROM sale ORDER BY id",
    "SELECT datetime(day, '-1 day', '+2 hours'), time('12:30') FROM sale ORDER BY id",
    "SELECT max(amount, 2), min(amount, 2), abs(-id), round(amount, 1), sign(-3) FROM sale ORDER BY id",
    "SELECT ifnull(region, 'x'), coalesce(region, name), iif(region IS NULL, 1, 0) FROM customer ORDER BY id",
    "SELECT json_type(note), json_array_length('[1, 2]'), json_quote('x') FROM sale WHERE id = 1",
    "SELECT json_set('{\"a\": 1}', '$.b', 2), json_remove('{\"a\": 1}', '$.a'), json_patch('{}', '{\"c\": 3}')",
    "SELECT t.fullkey, t.atom FROM json_tree('{\"a\": [1, 2]}') AS t ORDER BY t.id",
    "SELECT note -> '$.a' FROM sale WHERE id IN (1, 3) ORDER BY id",
    "SELECT product, group_concat(DISTINCT customer_id) FROM sale GROUP BY product ORDER BY 1",
    (
        "SELECT substr(product, -2), instr(product, 'e'), char(65, 66), unicode('a'), "
        "quote('x''y') FROM sale ORDER BY id"
    ),
    "SELECT format('%d-%s', id, product), printf('%.3f', amount) FROM sale ORDER BY id",
    "SELECT zeroblob(3), typeof(x'00ff'), hex(x'00ff'), length(x'00ff')",
    "SELECT rowid, id FROM sale ORDER BY rowid DESC LIMIT 2",
    "SELECT body, rank FROM note WHERE note MATCH 'hello OR world' ORDER BY rank",
    "SELECT total(id), avg(id), count(DISTINCT product) FROM sale",
    "SELECT 10 / 4, 10 / 4.0, 10 % 4, -7 / 2, CAST('12abc' AS INTEGER)",
    (
        "SELECT date(day, '+1 month', 'start of month'), julianday(day) - julianday('2024-01-01') FROM "
        "sale ORDER BY id"
    ),
    "SELECT json_extract(note, '$.a.b') FROM sale WHERE json_valid(note) ORDER BY id",
    "SELECT note ->> '$.a.b' FROM sale WHERE id IN (1, 3) ORDER BY id",
    "SELECT j.key, j.value FROM sale, json_each(sale.note) AS j WHERE sale.id = 1",
    "SELECT json_group_array(id), json_object('n', count(*)) FROM sale",
    "SELECT total(amount), iif(count(*) > 1, 'many', 'one'), typeof(sum(amount)) FROM sale",
    "SELECT * FROM note WHERE note MATCH 'hello'",
    "SELECT highlight(note, 0, '<', '>') FROM note WHERE note MATCH 'wor*'",
    "SELECT * FROM sale WHERE product GLOB 't*' ORDER BY id",
    "SELECT printf('%05.2f', amount), hex(product), instr(product, 'e') FROM sale ORDER BY id",
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "SELECT [name] FROM [customer] WHERE `id` = 1",
    "EXPLAIN QUERY PLAN SELECT * FROM sale WHERE id = 1",
    "EXPLAIN SELECT count(*) FROM sale",
    "SELECT id FROM sale WHERE product = 'tea' COLLATE NOCASE ORDER BY id",
    (
        "SELECT sum(amount) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) "
        "FROM sale"
    ),
    "SELECT (1, 2) < (1, 3), 5 & 3, 5 | 3, ~5, 1 << 4, 7 IS 7, 7 IS NOT NULL",
]

DUCKDB = [
    "FROM sale",
    "FROM sale SELECT product, sum(amount) GROUP BY ALL ORDER BY ALL",
    "SELECT * EXCLUDE (note) FROM sale ORDER BY id",
    "SELECT * REPLACE (amount * 2 AS amount) FROM sale ORDER BY id",
    "SELECT min(COLUMNS('id|amount')) FROM sale",
    "SELECT date_trunc('month', day) AS month, sum(amount) FROM sale GROUP BY 1 ORDER BY 1",
    (
        "SELECT day + INTERVAL 1 MONTH, date_diff('day', DATE '2024-01-01', day), strftime(day, '%Y') "
        "FROM sale ORDER BY id"
    ),
    "SELECT extract(year FROM day), dayname(day), day::VARCHAR, last_day(day) FROM sale ORDER BY id",
    "SELECT quantile_cont(amount, 0.5), median(amount), mode(product), stddev_samp(amount) FROM sale",
    "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY amount) FROM sale",
    "SELECT arg_max(product, amount), string_agg(product, ',' ORDER BY id), list(id ORDER BY id) FROM sale",
    (
        "SELECT product, sum(amount), grouping(product) FROM sale GROUP BY GROUPING SETS ((product), "
        "()) ORDER BY 1"
    ),
    "SELECT product, customer_id, sum(amount) FROM sale GROUP BY ROLLUP (product, customer_id) ORDER BY ALL",
    "SELECT product, customer_id, sum(amount) FROM sale GROUP BY CUBE (product, customer_id) ORDER BY ALL",
    (
        "SELECT * FROM sale QUALIFY row_number() OVER (PARTITION BY product ORDER BY amount DESC) = 1 "
        "ORDER BY id"
    ),
    (
        "PIVOT (SELECT product, customer_id, amount FROM sale) ON customer_id USING sum(amount) ORDER "
        "BY product"
    ),
    (
        "SELECT * FROM (SELECT product, customer_id, amount FROM sale) PIVOT (sum(amount) FOR "
        "customer_id IN (1, 2)) ORDER BY 1"
    ),
    (
        "UNPIVOT (SELECT id, amount, customer_id::DOUBLE AS c FROM sale) ON amount, c INTO NAME n VALUE "
        "v ORDER BY id, n"
    ),
    (
        "SELECT c.name, t.top FROM customer c, LATERAL (SELECT max(amount) AS top FROM sale s WHERE "
        "s.customer_id = c.id) t ORDER BY 1"
    ),
    "SELECT note::JSON ->> '$.a.b' FROM sale WHERE id IN (1, 3) ORDER BY id",
    "SELECT json_extract_string(note, '$.a.b') FROM sale WHERE id = 1",
    "SELECT unnest([1, 2, 3]) AS x",
    "SELECT list_transform([1, 2], lambda x: x + 1), [x * 2 FOR x IN [1, 2, 3] IF x > 1]",
    "SELECT {'a': 1, 'b': 'x'} AS s, MAP {'k': 1}['k'], [1, 2, 3][1:2]",
    "SELECT * FROM range(3) AS r(i)",
    "SELECT i FROM generate_series(1, 3) AS g(i)",
    (
        "SELECT regexp_extract(product, '(t.)', 1), product SIMILAR TO 't.*', product ILIKE 'T%' FROM "
        "sale ORDER BY id"
    ),
    "SELECT name.upper() FROM customer ORDER BY id",
    (
        "SELECT a.id, b.id FROM sale a ASOF JOIN sale b ON a.customer_id = b.customer_id AND a.day >= "
        "b.day ORDER BY 1"
    ),
    "SELECT id FROM sale UNION ALL BY NAME SELECT id FROM customer ORDER BY id",
    "SUMMARIZE sale",
    "DESCRIBE sale",
    "SHOW TABLES",
    "EXPLAIN SELECT * FROM sale",
    "SELECT try_cast('x' AS INTEGER), 7 // 2, 2 ** 3, amount::DECIMAL(10, 2) FROM sale ORDER BY id",
    "SELECT histogram(product), approx_count_distinct(product), corr(id, amount) FROM sale",
    "SELECT DISTINCT ON (product) product, amount FROM sale ORDER BY product, amount DESC",
    "SELECT time_bucket(INTERVAL '7 days', day), count(*) FROM sale GROUP BY 1 ORDER BY 1",
    "SELECT string_split('a\nb', e'\\n'), chr(10), $$it's$$",
    "SELECT id, CASE product WHEN 'tea' THEN 1 ELSE 0 END, if(amount > 2, 'a', 'b') FROM sale ORDER BY id",
    "WITH t AS MATERIALIZED (SELECT * FROM sale) SELECT count(*) FROM t",
    "SELECT count(*) FROM sale TABLESAMPLE reservoir(3 ROWS)",
    "SELECT x FROM (VALUES (1), (2)) AS t(x) ORDER BY x",
    "SELECT 'it''s', \"name\" FROM customer ORDER BY id",
    (
        "SELECT count_if(amount > 2), bool_and(amount > 0), any_value(region) FROM sale JOIN customer "
        "ON customer_id = customer.id"
    ),
    (
        "SELECT to_timestamp(0), make_date(2024, 1, 2), epoch(TIMESTAMP '2024-01-01 00:00:00'), "
        "TIMESTAMPTZ '2024-01-01 00:00:00+00'"
    ),
    "SELECT day AT TIME ZONE 'UTC', day::TIMESTAMP FROM sale ORDER BY id",
    "SELECT md5(product), hash(id) IS NOT NULL, levenshtein(product, 'tea') FROM sale ORDER BY id",
]
