SELECT id, sum(amount) OVER (PARTITION BY customer_id ORDER BY day RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND CURRENT ROW) AS d30 FROM sale ORDER BY id
---
SELECT id, lag(amount, 1, 0.0) OVER (PARTITION BY product ORDER BY day), first_value(note IGNORE NULLS) OVER (ORDER BY id), last_value(note IGNORE NULLS) OVER (ORDER BY id) FROM sale ORDER BY id
---
SELECT id, sum(amount) FILTER (WHERE product = 'tea') OVER w, count(*) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM sale WINDOW w AS (ORDER BY id) ORDER BY id
---
SELECT product, quantile_cont(amount, [0.25, 0.5]) AS q, quantile_disc(amount, 0.9), approx_quantile(amount, 0.5) IS NOT NULL, mad(amount) FROM sale GROUP BY product ORDER BY product
---
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount DESC), percentile_disc([0.1, 0.9]) WITHIN GROUP (ORDER BY amount), mode() WITHIN GROUP (ORDER BY product) FROM sale
---
SELECT * FROM sale QUALIFY rank() OVER (PARTITION BY customer_id ORDER BY amount DESC) = 1 ORDER BY id
---
SELECT product, row_number() OVER w AS n FROM sale WINDOW w AS (PARTITION BY product ORDER BY amount DESC) QUALIFY n <= 2 ORDER BY product, n
---
WITH RECURSIVE days(d) AS (SELECT DATE '2024-01-01' UNION ALL SELECT d + 1 FROM days WHERE d < DATE '2024-01-05') SELECT d, coalesce(sum(s.amount), 0) FROM days LEFT JOIN sale s ON s.day = d GROUP BY d ORDER BY d
---
SELECT d::DATE AS d, count(s.id) FROM generate_series(DATE '2024-01-01', DATE '2024-01-10', INTERVAL 1 DAY) AS g(d) LEFT JOIN sale s ON s.day = g.d::DATE GROUP BY 1 ORDER BY 1
---
SELECT unnest(range(DATE '2024-01-01', DATE '2024-03-01', INTERVAL 1 MONTH)) AS m
---
SELECT unnest(generate_series(1, 5)) AS i
---
SELECT id, unnest(range(id)) AS step FROM sale ORDER BY ALL
---
SELECT id, range(0, id), generate_series(1, 5), len(range(2)) FROM sale ORDER BY id
---
SELECT list_transform(range(1, 4), lambda x: x * x), list_filter([1, 2, 3], lambda x: x > 1), list_reduce([1, 2, 3], lambda a, b: a + b), list_sort([3, 1, 2], 'DESC'), list_aggregate([1, 2], 'sum'), [1, 2] || [3], array_slice([1, 2, 3], 1, 2), list_contains([1], 1)
---
SELECT list_transform([1, 2], lambda x, i: x + i), [x FOR x IN ['a', 'b'] IF x != 'a'], flatten([[1], [2]]), list_zip([1], ['a']), list_distinct([1, 1])
---
SELECT [1, 2, 3][-1], [1, 2, 3][2:], 'hello'[1:3], {'a': {'b': 7}}.a.b, {'a': 1}['a'], MAP {'x': 1, 'y': 2}['y'], map_keys(MAP {'x': 1}), struct_pack(a := 1, b := 'x'), row(1, 'a')
---
SELECT s.a, s.* FROM (SELECT {'a': id, 'b': product} AS s FROM sale) ORDER BY ALL
---
SELECT u.k, u.v FROM (SELECT unnest(map_entries(MAP {'x': 1, 'y': 2}), recursive := true)) AS u(k, v) ORDER BY 1
---
SELECT json_extract(note, '$.a.b'), note->'$.a', note->>'$.a.b', json_extract_string(note, ['$.a.b']), json_keys(note), json_type(note) FROM sale WHERE note LIKE '{%' ORDER BY id
---
SELECT from_json('{"a": 1, "b": ["x"]}', '{"a": "INTEGER", "b": ["VARCHAR"]}').b[1], json_object('k', 1), to_json({'a': 1}), json_array_length('[1, 2]'), '{"a": 1}'::JSON->>'a', json_structure('{"a": 1}')
---
PIVOT sale ON product USING sum(amount) GROUP BY customer_id ORDER BY customer_id
---
PIVOT sale ON product IN ('tea', 'jam') USING sum(amount) AS total, count(*) AS n GROUP BY customer_id ORDER BY customer_id
---
WITH p AS (PIVOT sale ON product USING count(*) GROUP BY customer_id) SELECT * FROM p ORDER BY customer_id
---
FROM (PIVOT sale ON year(day) USING sum(amount) GROUP BY product) SELECT * ORDER BY product
---
UNPIVOT (SELECT id, amount, customer_id::DOUBLE AS customer FROM sale) ON COLUMNS(* EXCLUDE (id)) INTO NAME metric VALUE v ORDER BY ALL
---
SELECT * FROM (SELECT id, amount AS a, customer_id::DOUBLE AS c FROM sale) UNPIVOT (v FOR k IN (a, c)) ORDER BY ALL
---
SELECT product, customer_id, grouping(product, customer_id), sum(amount) FROM sale GROUP BY GROUPING SETS ((product, customer_id), (product), ()) ORDER BY ALL
---
SELECT coalesce(product, 'all') AS p, sum(amount) FROM sale GROUP BY ROLLUP (product) ORDER BY p
---
SELECT string_agg(product, ', ' ORDER BY id DESC), listagg(product, '-' ORDER BY id), group_concat(DISTINCT product ORDER BY product), array_agg(id ORDER BY amount), list(DISTINCT product ORDER BY product), first(product ORDER BY id), arg_max(product, amount), max_by(id, amount), min(amount, 2), max(product, 2) FROM sale
---
SELECT count(*) FILTER (amount > 2), count(*) FILTER (WHERE product = 'tea'), sum(amount) FILTER (note IS NULL), bool_or(amount > 9), histogram(product), approx_count_distinct(product) FROM sale
---
SELECT regexp_extract(product, '(t)(e)', ['a', 'b']), regexp_matches(product, '^t'), regexp_replace(product, '[aeiou]', '*', 'g'), regexp_extract_all('a1b2', '[0-9]'), product ~ 'te.', product !~ 'x', product SIMILAR TO '.*a', regexp_split_to_array('a,b', ',') FROM sale ORDER BY id
---
SELECT day + INTERVAL 1 MONTH, day - INTERVAL '2 days', day - DATE '2024-01-01', day + INTERVAL (id) DAY, date_add(day, INTERVAL 1 YEAR), day - 7, date_sub('month', DATE '2024-01-01', day), date_part('week', day), date_diff('month', DATE '2023-12-01', day) FROM sale ORDER BY id
---
SELECT date_trunc('quarter', day), time_bucket(INTERVAL 1 MONTH, day), strftime(day, '%Y-%m'), strptime('2024-01-02', '%Y-%m-%d'), extract(dow FROM day), extract('isoyear' FROM day), monthname(day), make_timestamp(2024, 1, 2, 3, 4, 5.5), age(TIMESTAMP '2024-02-01', TIMESTAMP '2024-01-01'), date_part(['year', 'month'], day) FROM sale ORDER BY id
---
SELECT epoch_ms(1704067200000), epoch(TIMESTAMP '2024-01-01'), to_days(3), to_timestamp(0) AT TIME ZONE 'UTC', TIMESTAMP '2024-01-01 10:00' AT TIME ZONE 'Europe/Berlin' IS NOT NULL, TIME '10:00', INTERVAL '1 year 2 months', current_date > DATE '2024-01-01', now() IS NOT NULL, get_current_timestamp() IS NOT NULL
---
SELECT c.name, t.top FROM customer c, LATERAL (SELECT max(amount) AS top FROM sale s WHERE s.customer_id = c.id) t ORDER BY 1
---
SELECT c.name, t.id FROM customer c LEFT JOIN LATERAL (SELECT id FROM sale s WHERE s.customer_id = c.id ORDER BY amount DESC LIMIT 1) t ON true ORDER BY 1
---
SELECT a.id, b.id FROM sale a ASOF LEFT JOIN sale b ON a.customer_id = b.customer_id AND a.day > b.day ORDER BY 1
---
SELECT * FROM customer SEMI JOIN sale ON customer.id = sale.customer_id ORDER BY 1
---
SELECT * FROM customer ANTI JOIN (SELECT * FROM sale WHERE amount > 2) s ON customer.id = s.customer_id ORDER BY 1
---
SELECT * FROM sale POSITIONAL JOIN (SELECT 1 AS one) ORDER BY id
---
SELECT id, amount FROM sale UNION ALL BY NAME SELECT id, name FROM customer ORDER BY ALL
---
SELECT * EXCLUDE (note, day) REPLACE (round(amount) AS amount) RENAME (product AS item) FROM sale ORDER BY id
---
SELECT COLUMNS('^(id|amount)$'), COLUMNS(lambda c: c LIKE 'prod%') FROM sale ORDER BY ALL
---
SELECT max(COLUMNS(* EXCLUDE (note))) FROM sale
---
SELECT * LIKE 'cust%' FROM sale ORDER BY ALL
---
FROM sale SELECT product, count(*) AS n GROUP BY ALL HAVING n > 1 ORDER BY ALL
---
FROM customer LIMIT 2
---
SELECT j: 1 + 2, total: sum(amount) FROM sale
---
SELECT 7 // 2, 7 / 2, 7 % 3, 2 ** 3, 2 ^ 3, @ -5, ~5, 5 & 3, xor(5, 3), 1 << 3, -7 // 2, 1_000_000, 1e3, .5, 0xFF
---
SELECT amount::DECIMAL(10, 2), amount::INT, try_cast('x' AS INT), CAST('2024-01-01' AS DATE), '5'::UTINYINT, [1, 2]::VARCHAR[], {'a': 1}::STRUCT(a VARCHAR), 'x'::BLOB, TRUE::INT, '1 day'::INTERVAL, NULL::MAP(VARCHAR, INT) FROM sale ORDER BY id
---
SELECT 'it''s', E'tab\there', $$it's; DROP TABLE sale$$, "name", 'a' || 'b', '; drop table sale', concat('a', NULL, 1), concat_ws('-', 'a', 'b') FROM customer ORDER BY id
---
SELECT id, note FROM sale WHERE note = '; drop table sale' OR note LIKE '%--%' /* a ; comment */ ORDER BY id -- end
---
SELECT "update"."select", u.id AS "the ""id""" FROM "update" JOIN "update" AS u USING (id)
---
SELECT count() AS "count", max("amount") AS 'max' FROM main.sale AS "order" WHERE "order"."amount" > 1
---
SELECT name COLLATE NOCASE, name ILIKE 'a%', name NOT ILIKE '%o', name GLOB 'A*', starts_with(name, 'A'), name ^@ 'A', contains(name, 'd') FROM customer ORDER BY name COLLATE NOCASE DESC
---
SELECT id IS DISTINCT FROM 1, (id, product) IN ((1, 'tea')), id BETWEEN 2 AND 3, note IS NULL, id IN [1, 2], NOT id = 1, CASE id WHEN 1 THEN 'one' ELSE 'more' END, if(id > 1, 'a', 'b'), ifnull(note, '-'), coalesce(note, product), nullif(id, 1), greatest(1, id), least(2, id) FROM sale ORDER BY id
---
SELECT id FROM sale WHERE amount > ANY (SELECT amount FROM sale WHERE product = 'tea') AND customer_id = ALL (SELECT 1) ORDER BY id
---
SELECT lpad(product, 6, '*'), rpad(product, 5, '.'), repeat('ab', 3), left(product, 1), right(product, 1), split_part('a-b', '-', 2), string_split('a,b', ','), printf('%05.2f', amount), format('{}-{:>5}', id, product), trim('  x '), substring(product, 2, 2), substring(product FROM 2 FOR 1), replace(product, 'a', 'e'), translate('abc', 'a', 'x'), chr(65), ascii('A'), bar(id, 0, 5, 10), md5(product), overlay('abc' PLACING 'x' FROM 2) FROM sale ORDER BY id
---
SELECT product.upper(), amount.round(1)::INT, 'a,b'.string_split(',')[1], list_value(1, 2).list_transform(lambda x: x + 1) FROM sale ORDER BY id
---
SELECT * FROM sale USING SAMPLE reservoir(10 ROWS) REPEATABLE (42) ORDER BY id
---
SELECT count(*) <= 5 FROM sale TABLESAMPLE 50%
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) ORDER BY x DESC LIMIT 50%
---
VALUES (1, 'a'), (2, 'b')
---
SELECT DISTINCT ON (customer_id) customer_id, product, amount FROM sale ORDER BY customer_id, amount DESC NULLS LAST
---
SELECT corr(amount, id), covar_samp(amount, id), regr_slope(amount, id), stddev_pop(amount), var_samp(amount), skewness(amount), kurtosis(amount), entropy(product), product(id), geomean(amount) FROM sale
---
WITH t AS (SELECT product, sum(amount) AS total FROM sale GROUP BY ALL) SELECT product, total, total / sum(total) OVER () AS share, sum(total) OVER (ORDER BY total DESC ROWS UNBOUNDED PRECEDING) AS running FROM t ORDER BY total DESC
---
DESCRIBE SELECT id, amount FROM sale
---
SUMMARIZE SELECT id, amount FROM sale
---
SHOW ALL TABLES
---
SHOW sale
---
DESC sale
---
EXPLAIN ANALYZE SELECT product, count(*) FROM sale GROUP BY ALL
---
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main' ORDER BY ALL
---
SELECT id FROM sale ORDER BY random() LIMIT 0
---
SELECT sale FROM sale ORDER BY sale.id LIMIT 1
---
SELECT a.*, b.name FROM sale a JOIN customer b ON a.customer_id = b.id AND b.region IS NOT NULL WHERE a.day >= '2024-01-01' ORDER BY a.id
