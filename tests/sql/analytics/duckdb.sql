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
---
SELECT 5!, (3 + 2)!, factorial(5)
---
SELECT id! FROM sale ORDER BY id
---
SELECT id, lag(amount, 1, 0 ORDER BY id) OVER (PARTITION BY product ORDER BY id), first_value(product ORDER BY amount) OVER (), sum(DISTINCT amount) OVER (), lead(id IGNORE NULLS) OVER (ORDER BY id), nth_value(id, 2) OVER (ORDER BY id) FROM sale ORDER BY id
---
SELECT id, fill(amount) OVER (ORDER BY id) FROM sale ORDER BY id
---
SELECT product, customer_id, sum(amount), grouping_id(product, customer_id) FROM sale GROUP BY CUBE (product, customer_id) ORDER BY ALL
---
SELECT product, sum(amount) FROM sale GROUP BY ROLLUP (product, customer_id) ORDER BY ALL
---
SELECT product, customer_id FROM sale GROUP BY GROUPING SETS ((1), (2), ()) ORDER BY ALL
---
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
---
WITH RECURSIVE t(a, b) USING KEY (a) AS (SELECT 1, 1 UNION SELECT a, b + 1 FROM t WHERE b < 3) SELECT * FROM t
---
WITH a AS MATERIALIZED (FROM sale), b AS NOT MATERIALIZED (FROM a SELECT id) FROM b ORDER BY id
---
SELECT DISTINCT ON (product, customer_id) product, customer_id, amount FROM sale ORDER BY product, customer_id, amount
---
SELECT {'a': 1, 'b': 'x'}, {'a': 1}.a, {a: 1, b: {c: 2}}.b.c, struct_pack(x := 1), row(1, 2), (1, 2), {'a': 1}['a'], struct_extract({'a': 5}, 'a'), struct_insert({'a': 1}, b := 2), {'a b': 1}."a b"
---
SELECT MAP {'a': 1, 'b': 2}, MAP {'a': 1}['a'], MAP(['a'], [1]), map_keys(MAP {'a': 1}), map_entries(MAP {1: 'x'}), map_from_entries([('k', 5)]), element_at(MAP {'a': 1}, 'a'), MAP {}, cardinality(MAP {'a': 1})
---
SELECT unnest([1, 2, 3]) AS x, 'c' AS c
---
SELECT unnest({'a': 1, 'b': 2})
---
SELECT unnest([{'a': 1, 'b': 2}, {'a': 3, 'b': 4}], recursive := true)
---
SELECT unnest([[1, 2], [3]], max_depth := 2)
---
SELECT * FROM unnest([1, 2]) AS t(x)
---
SELECT t.x, t.i FROM unnest(['a', 'b']) WITH ORDINALITY AS t(x, i)
---
SELECT id, x FROM sale, unnest([id, id * 10]) AS u(x) ORDER BY ALL
---
SELECT id, x FROM sale CROSS JOIN LATERAL (SELECT unnest([id, 2]) AS x) ORDER BY ALL
---
SELECT * FROM range(3) t(i), range(t.i) u(j) ORDER BY ALL
---
SELECT * FROM range(0, 10, 3)
---
SELECT * FROM generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-01 03:00', INTERVAL '1 hour')
---
SELECT * FROM range(DATE '2024-01-01', DATE '2024-01-04', INTERVAL 1 DAY) t(d)
---
SUMMARIZE sale
---
SUMMARIZE SELECT amount FROM sale
---
DESCRIBE sale
---
SHOW TABLES
---
FROM sale
---
FROM sale SELECT id WHERE amount > 2 ORDER BY id LIMIT 2
---
FROM sale s JOIN customer c ON s.customer_id = c.id SELECT c.name, sum(s.amount) GROUP BY ALL ORDER BY ALL
---
FROM (FROM sale SELECT product) SELECT DISTINCT product ORDER BY 1
---
SELECT * FROM (FROM sale WHERE id = 1)
---
FROM sale WHERE id > 3 ORDER BY id
---
FROM range(3) SELECT *
---
SELECT COLUMNS(*) FROM sale ORDER BY id
---
SELECT COLUMNS('am.*') * 2 FROM sale ORDER BY 1
---
SELECT min(COLUMNS(*)), count(COLUMNS(* EXCLUDE (note))) FROM sale
---
SELECT COLUMNS(['id', 'amount']) FROM sale ORDER BY id
---
SELECT COLUMNS('(.*)d') AS '\1x' FROM sale ORDER BY ALL
---
SELECT coalesce(*COLUMNS(['note', 'product'])) FROM sale ORDER BY id
---
SELECT id FROM sale WHERE COLUMNS(['id', 'amount']) > 1 ORDER BY id
---
SELECT * EXCLUDE (note), * REPLACE (upper(product) AS product) FROM sale ORDER BY id
---
SELECT * EXCLUDE note FROM sale ORDER BY id
---
SELECT s.* EXCLUDE (note, day), c.* EXCLUDE id FROM sale s JOIN customer c ON c.id = s.customer_id ORDER BY s.id
---
SELECT * REPLACE (amount / 2 AS amount, 1 AS id) FROM sale ORDER BY ALL
---
SELECT * RENAME (id AS key) FROM sale ORDER BY key
---
SELECT * ILIKE 'A%' FROM sale ORDER BY ALL
---
SELECT * SIMILAR TO '.*d' FROM sale ORDER BY ALL
---
SELECT * NOT LIKE '%d' FROM sale ORDER BY ALL
---
SELECT a.id, b.name FROM sale a POSITIONAL JOIN customer b ORDER BY ALL
---
SELECT s.id, p.id FROM sale s ASOF JOIN sale p ON s.customer_id = p.customer_id AND s.day >= p.day ORDER BY ALL
---
SELECT s.id, p.amount FROM sale s ASOF LEFT JOIN sale p USING (customer_id, day) ORDER BY ALL
---
SELECT id FROM sale s SEMI JOIN customer c ON c.id = s.customer_id ORDER BY 1
---
SELECT id FROM sale ANTI JOIN customer USING (id) ORDER BY 1
---
SELECT * FROM sale NATURAL JOIN customer ORDER BY ALL
---
SELECT count(*) <= 5 FROM sale USING SAMPLE 50%
---
SELECT count(*) FROM sale USING SAMPLE 3 ROWS
---
SELECT count(*) <= 5 FROM sale USING SAMPLE 20 PERCENT (bernoulli)
---
SELECT count(*) <= 5 FROM sale USING SAMPLE bernoulli(20%) REPEATABLE (5)
---
SELECT count(*) <= 5 FROM sale TABLESAMPLE reservoir(20%)
---
SELECT count(*) <= 5 FROM sale TABLESAMPLE (50 PERCENT)
---
SELECT count(*) FROM sale TABLESAMPLE 3
---
PIVOT sale ON product USING sum(amount) ORDER BY id
---
PIVOT sale ON product, customer_id USING count(*) ORDER BY ALL
---
PIVOT sale ON product USING first(amount) AS f, max(id) AS m GROUP BY customer_id ORDER BY ALL
---
PIVOT (SELECT product, customer_id, amount FROM sale) ON product USING sum(amount) GROUP BY customer_id ORDER BY ALL LIMIT 2
---
SELECT * FROM (PIVOT sale ON product USING sum(amount) GROUP BY customer_id) ORDER BY 1
---
SELECT * FROM sale PIVOT (sum(amount) FOR product IN ('tea', 'jam') GROUP BY customer_id) ORDER BY 1
---
SELECT * FROM sale PIVOT (sum(amount) AS s, count(*) AS c FOR product IN ('tea' AS t, 'jam' AS j) GROUP BY customer_id) ORDER BY 1
---
UNPIVOT (SELECT id, amount, customer_id::DOUBLE AS c FROM sale) ON amount, c ORDER BY ALL
---
UNPIVOT (SELECT id, amount, customer_id::DOUBLE AS c FROM sale) ON amount, c INTO NAME k VALUE v ORDER BY ALL
---
SELECT * FROM (SELECT id, note, product FROM sale) UNPIVOT INCLUDE NULLS (v FOR k IN (note, product)) ORDER BY ALL
---
SELECT id FROM sale QUALIFY row_number() OVER (PARTITION BY product ORDER BY amount DESC) = 1 ORDER BY id
---
SELECT product, sum(amount) AS t FROM sale GROUP BY product QUALIFY rank() OVER (ORDER BY t DESC) <= 2 ORDER BY t
---
SELECT note->'a', note->>'$.a.b', note->'$.a'->>'b', json_extract(note, 'a'), note::JSON->'a' FROM sale WHERE note LIKE '{%' ORDER BY id
---
SELECT * FROM json_each('{"a": 1, "b": [1]}')
---
SELECT key, value FROM json_tree('[1, [2]]') ORDER BY id
---
SELECT quantile_cont(amount, 0.5), quantile_cont(amount, [0.1, 0.9]), percentile_cont(0.5) WITHIN GROUP (ORDER BY amount), percentile_disc(0.5) WITHIN GROUP (ORDER BY amount DESC), median(amount), mode(product), mad(amount), approx_quantile(amount, [0.5]) IS NOT NULL, approx_count_distinct(id), arg_min(product, amount, 2), max(amount, 2), histogram(id) FROM sale
---
SELECT string_agg(product, ',' ORDER BY id), string_agg(DISTINCT product ORDER BY product), group_concat(product ORDER BY id), array_agg(DISTINCT product ORDER BY product DESC NULLS LAST), list(id ORDER BY id) FILTER (id > 2), first(id ORDER BY amount), last(id ORDER BY id), any_value(1), count_if(amount > 2), sum(amount) FILTER (amount > 2), bool_and(amount > 0), bit_xor(id), product(2) FROM sale
---
SELECT 'abc' ~ 'a.*', 'abc' !~ 'x', 'abc' ~~ 'a%', 'abc' !~~ 'b', 'ABC' ~~* 'a%', 'abc' SIMILAR TO 'a.c', 'abc' NOT SIMILAR TO 'x', regexp_matches('abc', 'B', 'i'), regexp_extract('a1', '(\w)(\d)', 2), regexp_extract_all('a1b2', '\d'), regexp_replace('aaa', 'a', 'b', 'g'), 'abc' GLOB 'a*', 'abc' LIKE 'A%', 'abc' ILIKE 'A%', 'a%c' LIKE 'a$%c' ESCAPE '$', 'abc' ^@ 'ab'
---
SELECT TIMESTAMPTZ '2024-01-01 12:00:00+00' AT TIME ZONE 'UTC', TIMESTAMP '2024-01-01 12:00' AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC', timezone('UTC', TIMESTAMPTZ '2024-01-01 12:00:00+00')
---
SELECT date_trunc('week', day), datetrunc('month', day), date_part('isodow', day), extract(week FROM day), extract(epoch FROM day), year(day), weekday(day), dayname(day), last_day(day), time_bucket(INTERVAL '1 week', day), time_bucket(INTERVAL '2 weeks', day, DATE '2024-01-01'), datediff('day', DATE '2024-01-01', day), datesub('month', DATE '2023-12-31', day), day + INTERVAL 1 MONTH, day + 1, strftime(day, '%d/%m/%Y'), strftime('%A', day), epoch(day), extract('year' FROM day), yearweek(day), day::TIMESTAMP, date_trunc('day', day::TIMESTAMP) FROM sale ORDER BY id
---
SELECT DATE '2024-01-01', TIME '10:00:00.5', TIMESTAMP '2024-01-01 10:00:00', TIMESTAMP_NS '2024-01-01 10:00:00.123456789', TIMESTAMP_S '2024-01-01', TIMESTAMP_MS '2024-01-01', DATETIME '2024-01-01', 'infinity'::DATE IS NULL, make_date(2024, 1, 2), make_time(1, 2, 3.5), strptime('01/02/2024', '%d/%m/%Y'), try_strptime('x', '%Y'), strptime('2024', ['%d', '%Y']), to_timestamp(0), epoch_ms(0), today() = current_date, current_timestamp IS NULL, to_seconds(5), age(DATE '2024-01-01', DATE '2023-01-01'), TIMESTAMP '2024-01-02' - TIMESTAMP '2024-01-01', DATE '2024-01-02' - DATE '2024-01-01', TIMETZ '10:00:00+01', DATE '2024-01-01' + TIME '10:00'
---
SELECT CASE WHEN id > 2 THEN 'a' END, CASE id WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END, if(id > 1, 1, 0), ifnull(note, 'n'), coalesce(note, product), nullif(id, 1), greatest(id, 2), least(id, 2), id::VARCHAR || 'x', CAST(id AS VARCHAR), TRY_CAST(note AS INT), amount::DECIMAL(5, 1), id::HUGEINT, id::UBIGINT, id::BIT, product::BLOB, '{1,2}'::VARCHAR, [1]::INT[], [1, 2]::INT[2], {'a': 1}::STRUCT(a BIGINT), NULL::INT[], 'a'::ENUM('a', 'b'), 1::BOOL FROM sale ORDER BY id
---
SELECT union_value(k := 1), union_tag(union_value(k := 1)), 1::UNION(a INT, b VARCHAR), 'x'::UNION(a INT, b VARCHAR)
---
SELECT product.upper().lower(), 'a b'.split(' ')[1], [1, 2].list_transform(lambda x: x + 1).list_sum(), amount.round().abs()::INT, ('x').concat('y') FROM sale ORDER BY id
---
SELECT 'it''s', E'a\nb', E'\x41', $$a$b$$, $t$ ' $t$, 'a' || 'b' || NULL, concat('a', NULL), "id" + 1, 'a\n', '\x41'::BLOB, 'é😀' FROM sale ORDER BY id
---
SELECT 'a'
'b' AS joined
---
SELECT id "a b", product AS "c""d", amount AS "Ünï", day été FROM sale ORDER BY id
---
SELECT id AS 'q', sum(amount) OVER () AS "order" FROM sale ORDER BY id
---
SELECT total: sum(amount), n: count(*), product FROM sale GROUP BY product ORDER BY ALL
---
FROM t: sale SELECT t.id ORDER BY 1
---
SELECT/**/id/**/FROM/**/sale/**/ORDER/**/BY/**/id
---
SELECT product, count(*) FROM sale GROUP /* x */ BY ALL ORDER /* y */ BY ALL
---
SELECT id FROM sale ORDER BY ALL DESC LIMIT 2 OFFSET 1
---
SELECT id FROM sale ORDER BY id LIMIT 40%
---
SELECT id FROM sale ORDER BY id LIMIT 40 PERCENT
---
SELECT id FROM sale ORDER BY id FETCH FIRST 2 ROWS ONLY
---
SELECT id FROM sale ORDER BY id OFFSET 3
---
SELECT id FROM sale UNION BY NAME SELECT id, name FROM customer ORDER BY ALL
---
SELECT id FROM sale INTERSECT ALL SELECT id FROM customer ORDER BY ALL
---
SELECT id FROM sale EXCEPT ALL SELECT 1 ORDER BY ALL
---
VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(x, y) WHERE x > 1
---
SELECT * FROM VALUES (1), (2) t(x) ORDER BY x
---
WITH t(x) AS (VALUES (1), (2)) FROM t ORDER BY x
---
SELECT (SELECT max(amount) FROM sale), EXISTS (FROM sale WHERE id = 1), (SELECT [id, amount] FROM sale ORDER BY id LIMIT 1), array(SELECT id FROM sale ORDER BY id)
---
SELECT c.name, (SELECT list(s.id ORDER BY s.id) FROM sale s WHERE s.customer_id = c.id) AS ids FROM customer c ORDER BY 1
---
SELECT s, s.id FROM (SELECT id, product FROM sale) s ORDER BY s.id
---
SELECT struct_pack(id, product) FROM sale ORDER BY id
---
SELECT product, histogram(customer_id), map_from_entries(list((id, amount) ORDER BY id)) FROM sale GROUP BY product ORDER BY 1
---
SELECT corr(amount, id), regr_slope(amount, id), regr_r2(amount, id), covar_pop(amount, id), stddev(amount), var_pop(amount), skewness(amount), entropy(product), sem(amount), kurtosis_pop(amount), favg(amount), geomean(amount), weighted_avg(amount, id) FROM sale
---
SELECT round(2.5), round(-2.5), round(2.567, 2), trunc(1.9), ceil(1.2), floor(-1.2), abs(-1), sign(-2), sqrt(16), cbrt(27), pow(2, 3), power(2, 3), 2 ^ 3, exp(0), ln(1), log(100), log2(8), log(2, 8), mod(7, 3), 7 // 2, 7 % 3, gcd(12, 8), lcm(4, 6), factorial(4), pi(), radians(180), degrees(pi()), sin(0), atan2(1, 1), greatest(1, 2), random() < 1, even(2.5), isnan('nan'::DOUBLE), bit_count(7), xor(5, 3), 5 & 3, 5 | 3, ~5, 1 << 3, 16 >> 2, @(-5), @ -5, fdiv(7, 2), divide(7, 2), nextafter(1.0::DOUBLE, 2.0)
---
SELECT id FROM sale WHERE product IN ('tea', 'jam') AND amount BETWEEN 1 AND 4 AND note IS NULL AND NOT (id = 2) OR id = 4 ORDER BY id
---
SELECT date_trunc('month', day) AS m, sum(amount) AS t, t - lag(t) OVER (ORDER BY m) AS d FROM sale GROUP BY m ORDER BY m
---
SELECT amount * 2 AS dbl, dbl + 1 AS plus FROM sale WHERE dbl > 4 ORDER BY plus
---
SELECT count(), count(*), count(DISTINCT product), count(DISTINCT (product, customer_id)) FROM sale
---
SELECT product p, sum(amount) s FROM sale GROUP BY p HAVING s > 2 ORDER BY s DESC NULLS FIRST
---
SELECT max(amount) FILTER (WHERE product = 'tea') - min(amount) AS d, sum(amount)::INT, avg(amount)::DECIMAL(10, 2) FROM sale
---
SELECT * FROM sale AS s (a, b, c) ORDER BY a
---
SELECT main.sale.id, sale.product FROM main.sale ORDER BY 1
---
SELECT shop.main.sale.id FROM shop.main.sale ORDER BY 1
---
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'sale' ORDER BY ordinal_position
---
EXPLAIN SELECT * FROM sale
---
SELECT typeof(1), typeof('a'), typeof([1]), typeof({'a': 1}), typeof(1.5), typeof(NULL), pg_typeof(1), typeof(now()) 
---
SELECT list_aggregate([1, 2, 3], 'avg'), list_contains([1], 1), list_has_any([1], [1, 2]), [1] && [1], [1, 2] @> [1], [1] <@ [1, 2], list_position([5], 5), list_unique([1, 1]), list_distinct([1, 1]), array_slice([1, 2, 3], 1, 2), list_concat([1], [2]), list_zip([1], [2]), flatten([[1]]), len([1]), range(3), list_min([2, 1]), list_avg([1, 2]), array_cosine_similarity([1.0, 2]::FLOAT[2], [1.0, 2]::FLOAT[2]), [1.0, 2]::FLOAT[2] <=> [2.0, 1]::FLOAT[2], [1.0, 2]::FLOAT[2] <-> [2.0, 1]::FLOAT[2]
---
SELECT id, CASE WHEN amount > 3 THEN 'h' ELSE 'l' END AS band, count(*) OVER (PARTITION BY band) FROM sale ORDER BY id
---
SELECT * FROM sale ORDER BY product COLLATE NOCASE, id DESC NULLS FIRST
---
SELECT id FROM sale WHERE day > '2024-01-05' AND day <= DATE '2024-02-03' + INTERVAL 1 DAY ORDER BY id
---
SELECT try(1 / 0), TRY(CAST('x' AS INT))
---
SELECT "sum(amount)" FROM (SELECT sum(amount) FROM sale)
---
SELECT cume_dist() OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount), ntile(2) OVER (ORDER BY amount), dense_rank() OVER w, row_number() OVER w, last_value(id) OVER (w RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM sale WINDOW w AS (ORDER BY product) ORDER BY ALL
---
SELECT product, sum(amount) OVER (PARTITION BY product ORDER BY day RANGE BETWEEN INTERVAL 1 MONTH PRECEDING AND INTERVAL 1 DAY FOLLOWING) FROM sale ORDER BY id
---
SELECT '{"a.b":1, "a": {"b": 2}}'::JSON ->> 'a.b', '{"a b":1}'::JSON -> 'a b', '{"0":7}'::JSON ->> '0', '[1,2]'::JSON ->> 0, '[1,2]'::JSON ->> -1, '{"a":1}'::JSON ->> '$.a', '{"a":[5,6]}'::JSON ->> '$.a[1]', '{"x":{"y":1}}'::JSON -> '$.x' ->> '$.y', '{"a":[1]}'::JSON ->> '$.a[#-1]', '{"a-b":1}'::JSON ->> 'a-b', '{"a-b":1}'::JSON ->> '$."a-b"', '{"é":1}'::JSON ->> 'é', '{"a[0]": 3}'::JSON ->> 'a[0]', '{"a":{"b":1}}'::JSON ->> '/a/b', '{"a":[{"b":1},{"b":2}]}'::JSON -> '$.a[*].b', '{"a":{"b":1}}'::JSON -> '$..b'
---
SELECT '{"a":1}'::JSON ->> 'a' = '1'
---
SELECT NOT '{"a":1}'::JSON ->> 'a' IS NULL
---
SELECT id FROM sale WHERE note ->> '$.a.b' = '1' AND note LIKE '{%'
---
SELECT id FROM sale WHERE note LIKE '{%' AND note ->> '$.a.b' = '1'
---
SELECT '{"a":1}'::JSON ->> 'a' || 'x', '{"a":1}'::JSON ->> 'a' IS NULL, '{"a":1}'::JSON ->> 'a' IN ('1'), ('{"a":1}'::JSON ->> 'a')::INT + 1, CAST('{"a":1}'::JSON ->> 'a' AS INT)
---
SELECT [1, 2, 3][1], [1, 2, 3][-1:], [1, 2, 3, 4][1:4:2], [1, 2, 3][:2], [[1], [2, 3]][2][1], list_value(1, 2), array_value(1, 2), [], [NULL, 1], [1] || [2], 'abc'[1], 'abc'[-2:]
---
SELECT id NOT IN (1, 2) = true, id NOT BETWEEN 2 AND 3 = false, product NOT LIKE 't%' = true, (note IS NOT NULL) = true, id NOT IN [1, 2] = true FROM sale ORDER BY id
---
SELECT TIMESTAMP '2024-01-02 10:00'::DATE, DATE '2024-01-02'::TIMESTAMP, TIME '10:00'::VARCHAR, DATE '2024-01-02'::VARCHAR || 'x', INTERVAL '1 day'::VARCHAR
---
SELECT ~ -1, - ~ id, ~ ~ id, - - id FROM sale s ORDER BY s.id
---
SELECT '{"a.b": 1, "a": {"b": 2}}'::JSON ->> 'a.b', '{"a": [{"b": 1}, {"b": 2}]}'::JSON -> '$.a[*].b', '{"a": {"b": 1}}'::JSON -> '$..b', '{"a": {"b": 1}}'::JSON ->> '/a/b', '[1, 2]'::JSON ->> -1, '{"a[0]": 3}'::JSON ->> 'a[0]'
---
SELECT 2 * 3!, 3! + 1, -3!, 3!::VARCHAR, (1 + 2)! / 2, abs(-3)!, id! = 6, 3 != 2, 4! > 3! FROM sale ORDER BY id
---
SELECT coalesce(*COLUMNS(['note', 'product'])), greatest(*COLUMNS('^(id|customer_id)$')), struct_pack(*COLUMNS(['id'])) FROM sale ORDER BY id
---
SELECT 'abc' ^@ 'a', 'abc' ^@ 'a' || 'b', [1.0, 2]::FLOAT[2] <=> [2.0, 1]::FLOAT[2] AS distance, [1.0, 2] <=> [2.0, 1] < 0.5
---
SELECT 5 OPERATOR(+) 3, 'a' OPERATOR(||) 'b'
---
SELECT TRY(CAST('x' AS INT)), try(1 // 0), array(SELECT id FROM sale ORDER BY id), EXISTS (FROM sale WHERE id = 1)
---
SELECT count(*) FROM sale GROUP /* first */ BY product ORDER -- then
BY ALL
---
SELECT 1 IS DISTINCT FROM NULL, (1, 2) < (1, 3), (1, 'a') IN (VALUES (1, 'a')), 1 == 1, NOT true, true IS NOT false, 1 IN [1, 2], 3 NOT IN (1), 1 IN (SELECT 1), 1 = ANY ([1, 2]), 1 = ANY (SELECT 1), 5 > ALL (SELECT 1)
---
SELECT INTERVAL 1 YEAR, INTERVAL '1' MONTH, INTERVAL '1 day 2 hours', INTERVAL (1 + 1) DAYS, INTERVAL 3 WEEK, INTERVAL '90' MINUTES, INTERVAL '-1' DAY, INTERVAL 1.5 HOUR, 2 * INTERVAL 1 DAY, INTERVAL 1 DAY * 2, -INTERVAL 1 DAY, '1 month'::INTERVAL
---
SELECT json_transform('{"a": 1}', '{"a": "INT"}'), from_json('[1]', '["INT"]'), to_json([1]), json_group_array(id), json_group_object(id, product), json_merge_patch('{"a":1}', '{"b":2}'), json_array(1, 'x'), json_object('a', 1), json_contains('[1]', '1'), json_value('{"a": 1}', '$.a') FROM sale
---
SELECT list_transform([1, 2], lambda x: x NOT IN (1)), [x FOR x IN ['a', 'b'] IF x NOT LIKE 'a%'], list_filter([1, NULL], lambda x: x IS NOT NULL)
---
SELECT 1e3+1e3 AS a, 2*1e2-3*1e1+1 AS b, 1e3-1e3-1.5e0 AS c, '1e3+1e3' AS d, 5e-1+1e+2 AS e
---
SELECT INTERVAL '14 months ago' AS a, EXTRACT(day FROM INTERVAL '157 days ago') AS b, INTERVAL '3' QUARTERS AS c, DATE '2024-01-01' - INTERVAL '1 month 2 days' AS d
---
SELECT parse_formatted_bytes('1KB') AS bytes, path_join('a', 'b') AS path, variant_typeof(42::VARIANT) AS kind, decimal_division(1.50, 2.00) AS half
