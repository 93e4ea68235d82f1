-- moving average over a calendar frame
SELECT day, amount,
       avg(amount) OVER (ORDER BY day RANGE BETWEEN INTERVAL '30 days' PRECEDING AND CURRENT ROW) AS ma30
FROM sale ORDER BY day, id
---
SELECT id, sum(amount) OVER w AS running, count(*) OVER w AS n, first_value(product) OVER (w ROWS UNBOUNDED PRECEDING)
FROM sale WINDOW w AS (PARTITION BY customer_id ORDER BY day) ORDER BY id
---
SELECT id, lag(amount, 1, 0.0) OVER (PARTITION BY product ORDER BY day), ntile(2) OVER (ORDER BY amount),
       percent_rank() OVER (ORDER BY amount)
FROM sale ORDER BY id
---
SELECT id, sum(amount) FILTER (WHERE product = 'tea') OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
FROM sale ORDER BY id
---
SELECT c.region, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s.amount) AS p,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY s.amount DESC)
FROM sale s JOIN customer c ON c.id = s.customer_id GROUP BY c.region ORDER BY c.region NULLS LAST
---
SELECT rank(2.0) WITHIN GROUP (ORDER BY amount), dense_rank(2.0) WITHIN GROUP (ORDER BY amount),
       cume_dist(2.0) WITHIN GROUP (ORDER BY amount) FROM sale
---
WITH RECURSIVE days (d) AS (
  SELECT DATE '2024-01-01'
  UNION ALL
  SELECT d + 1 FROM days WHERE d < DATE '2024-01-05'
)
SELECT d, coalesce(sum(s.amount), 0) FROM days LEFT JOIN sale s ON s.day = d GROUP BY d ORDER BY d
---
WITH RECURSIVE tree(id, parent, depth, path) AS (
  SELECT 1, NULL::int, 0, '1'::text
  UNION ALL
  SELECT t.id + 1, t.id, t.depth + 1, t.path || '>' || (t.id + 1)::text FROM tree t WHERE t.depth < 4
) SEARCH DEPTH FIRST BY id SET ordering
SELECT id, parent, depth, path FROM tree ORDER BY ordering
---
WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n % 3 + 1 FROM g) CYCLE n SET looped USING trail
SELECT n, looped FROM g ORDER BY n, looped
---
SELECT gs::date AS week, count(s.id) AS orders
FROM generate_series('2024-01-01'::date, '2024-03-01'::date, '1 week') AS gs
LEFT JOIN sale s ON s.day >= gs AND s.day < gs + interval '1 week'
GROUP BY gs ORDER BY gs
---
SELECT to_char(date_trunc('quarter', day), 'YYYY "Q"Q') AS quarter, round(sum(amount)::numeric, 2) FROM sale
GROUP BY 1 ORDER BY 1
---
SELECT extract(isodow FROM day) AS dow, extract(doy FROM day), extract('quarter' FROM day), extract(isoyear FROM day)
FROM sale ORDER BY id
---
SELECT day, day + 7, day - 1, day - interval '2 weeks 3 days', (day + time '12:30') AT TIME ZONE 'Europe/Berlin'
FROM sale ORDER BY id
---
SELECT date_part('epoch', timestamp '2024-01-02 03:04:05' - timestamp '2024-01-01'), interval '1' day * 3,
       interval '1-2' year to month, interval '3 4:05:06' day to second, make_interval(days => 10, hours => 2)
---
SELECT age(timestamp '2024-03-01', timestamp '2023-01-15'), timestamp '2024-01-01' + make_interval(months := 1)
---
SELECT CURRENT_DATE - day > 0, now() - interval '90 days' > day::timestamptz, localtimestamp(0) IS NOT NULL
FROM sale ORDER BY id
---
SELECT note::json -> 'a' -> 'b', note::jsonb #> '{a}', note::jsonb ->> 'a' FROM sale WHERE note LIKE '{%' ORDER BY id
---
SELECT note::jsonb @@ '$.a.b == 1', note::jsonb @? '$.a.b ? (@ > 1)', note::jsonb ?| array['a', 'z'],
       note::jsonb ?& array['a', 'z']
FROM sale WHERE note LIKE '{%' ORDER BY id
---
SELECT jsonb_path_query_array('{"items": [{"p": 1}, {"p": 5}]}', '$.items[*].p ? (@ > $min)', '{"min": 2}')
---
SELECT e.key, e.value::text::numeric * 2 FROM jsonb_each('{"a": 1, "b": 2.5}'::jsonb) AS e ORDER BY e.key
---
SELECT o ->> 'sku' AS sku, sum((o ->> 'qty')::int) FROM
  jsonb_array_elements('[{"sku": "x", "qty": "2"}, {"sku": "y", "qty": 1}, {"sku": "x", "qty": 3}]'::jsonb) AS o
GROUP BY o ->> 'sku' ORDER BY 1
---
SELECT jsonb_set('{"a": {"b": 1}}'::jsonb, '{a,b}', '2'), '{"a": 1, "b": 2}'::jsonb - 'a', '[1, 2]'::jsonb - 0,
       jsonb_pretty('{"a": [1]}'), jsonb_strip_nulls('{"a": null}')
---
SELECT x.a, x.b FROM json_to_record('{"a": 1, "b": "foo"}') AS x(a int, b text)
---
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) AS r(n, l)
---
SELECT customer_id, array_agg(DISTINCT product), array_agg(amount ORDER BY amount DESC) FILTER (WHERE amount > 1)
FROM sale GROUP BY customer_id ORDER BY customer_id
---
SELECT u.t, count(*) FROM kind k, unnest(k.tags) WITH ORDINALITY AS u(t, n) GROUP BY u.t ORDER BY u.t
---
SELECT (array_agg(product ORDER BY amount DESC))[1] AS best, (array_agg(id ORDER BY id))[2:3] FROM sale
---
SELECT ARRAY[[1, 2], [3, 4]], '{1,2,3}'::int[], array_position(ARRAY['a', 'b'], 'b'), array_remove(ARRAY[1, 2, 1], 1),
       ARRAY[1, 2] = ARRAY[1, 2], array_cat(ARRAY[1], ARRAY[2]), array_upper(ARRAY[1, 2], 1), grid[1][2] FROM kind
ORDER BY id
---
SELECT product, customer_id, grouping(product, customer_id) AS level, sum(amount)
FROM sale GROUP BY GROUPING SETS ((product, customer_id), (product), ()) ORDER BY 3, 1, 2
---
SELECT product, sum(amount) FROM sale GROUP BY DISTINCT ROLLUP (product), CUBE (product) ORDER BY 1
---
SELECT product, string_agg(DISTINCT customer_id::text, ', ' ORDER BY customer_id::text) FROM sale GROUP BY product
HAVING count(*) >= 1 ORDER BY count(*) DESC, product
---
SELECT regexp_replace(name, '(?i)^a(.)', E'\\1!', 'g'), substring(name from '[a-z]+'), name ~* '^[ab]', name !~ 'x',
       (regexp_match('order-1234', '(\d+)'))[1], regexp_split_to_array('a, b', ',\s*')
FROM customer ORDER BY id
---
SELECT name ILIKE ANY (ARRAY['a%', '%o']), name NOT LIKE 'A\_%' ESCAPE '\', name LIKE ALL (ARRAY['%', '%a']),
       name ~~ 'A%', name !~~* 'a%'
FROM customer ORDER BY id
---
SELECT 'abc' SIMILAR TO '%(b|d)%', 'x' NOT SIMILAR TO 'y'
---
SELECT lower(name) COLLATE "C" < 'b', 'a' < 'B' COLLATE "C", name COLLATE pg_catalog."default" FROM customer ORDER BY name COLLATE "C" DESC
---
SELECT @ -5.5 AS magnitude, @ amount, |/ 25.0, ||/ 27.0, @ t.amount > 1, |/ (16 + 9) = 5 FROM (SELECT -2.5 AS amount) t
---
SELECT @ -5.5, @(-1), 3 - @ (-2), -(@ -2), @ length('abc')
---
SELECT U&'d\0061t\+000061', U&'d!0061ta' UESCAPE '!', 'caf' || U&'\00E9', U&'a\\b'
---
SELECT B'101' & B'110', X'1F', 1e3, .5, 5.
---
SELECT 'a'
       'b' AS joined, E'it''s \x41 \u00e9', $fn$SELECT 'nested'; DROP TABLE sale;$fn$
---
SELECT id, note FROM sale WHERE note = '; drop table sale' OR note LIKE '%--%' /* a ; comment */ ORDER BY id -- end
---
SELECT "update"."select", "u"."id" AS "the ""id""" FROM "update" JOIN "update" AS u USING (id)
---
SELECT count(*) AS "count", max("amount") AS "max" FROM public.sale AS "order" WHERE "order"."amount" > 1.0
---
SELECT s.*, c.name FROM public.sale AS s JOIN ONLY public.customer AS c ON (c.id = s.customer_id) ORDER BY s.id
---
TABLE customer
---
TABLE customer ORDER BY id DESC LIMIT 1
---
VALUES (1, 'one'), (2, 'two') ORDER BY 1 DESC LIMIT 1
---
SELECT a.name, b.total FROM customer a LEFT JOIN LATERAL (
  SELECT sum(amount) AS total, max(day) AS latest FROM sale WHERE customer_id = a.id AND day > DATE '2024-01-01'
) b ON TRUE WHERE b.total IS NOT NULL ORDER BY b.total DESC
---
SELECT c.name, v.metric, v.value FROM customer c
CROSS JOIN LATERAL (VALUES ('name_length', length(c.name)), ('id', c.id)) AS v(metric, value) ORDER BY 1, 2
---
SELECT product,
  sum(amount) FILTER (WHERE extract(month FROM day) = 1) AS jan,
  sum(CASE WHEN extract(month FROM day) = 2 THEN amount END) AS feb
FROM sale GROUP BY product ORDER BY product
---
(SELECT id FROM sale ORDER BY amount DESC LIMIT 2) UNION ALL (SELECT id FROM customer EXCEPT ALL SELECT 3) ORDER BY 1
---
SELECT id FROM sale WHERE amount BETWEEN SYMMETRIC 4 AND 2 ORDER BY id
---
SELECT sum(amount)::numeric::money > 0::money, 12.5::numeric::int, '2024-01-01'::date::timestamp, 1::bool, 'f'::"char",
       cast('{"a":1}' AS jsonb), '5 days'::interval, 'x'::varchar(3), int '7', float8 '1.5', '10'::int4 % 3
FROM sale
---
SELECT width_bucket(amount, 0, 10, 4) AS bucket, count(*), min(amount), max(amount) FROM sale GROUP BY bucket ORDER BY bucket
---
SELECT corr(amount, id), covar_samp(amount, id), regr_r2(amount, id), regr_intercept(amount, id), stddev_pop(amount), variance(amount) FROM sale
---
SELECT greatest(day, DATE '2024-01-15'), least(NULL, 3), nullif(product, 'tea'), num_nonnulls(note, product) FROM sale ORDER BY id
---
SELECT CASE WHEN amount > 3 THEN 'high' WHEN amount > 1.5 THEN 'mid' ELSE 'low' END AS band, count(*) FROM sale GROUP BY 1 ORDER BY 2 DESC, 1
---
SELECT (s).product, s IS NULL, ROW(s.id, s.product) = ROW(1, 'tea'), (s.*) IS NOT NULL FROM sale s ORDER BY id
---
SELECT (ROW(1, 'x')).f1 IS NULL
---
SELECT format('%s: %L (%I)', product, note, 'a b'), translate('abc', 'ab', 'xy'), to_hex(255), chr(233), ascii('A'), quote_literal('it''s') FROM sale ORDER BY id
---
SELECT trim(leading '0' from '0012'), trim('x' from 'xax'), trim(trailing from 'a  '), substring('hello', 2, 3), substring('hello' for 2), 'abc' ^@ 'ab'
---
SELECT to_number('1,234.5', '9G999D9'), to_char(1234.5, 'FM9,999.00'), to_char(interval '26 hours', 'HH24:MI'), to_timestamp('2024-01-02', 'YYYY-MM-DD')
---
SELECT '[2024-01-01,2024-02-01)'::daterange @> day, upper(daterange(day, day + 3)), daterange(day, NULL) && '[2024-02-01,)'::daterange,
       int4range(1, 5) -|- int4range(5, 8), int4range(1, 4) << int4range(6, 8)
FROM sale ORDER BY id
---
SELECT id FROM sale WHERE (customer_id, product) = (1, 'tea') OR (amount, id) > (4.0, 3) ORDER BY id
---
SELECT id FROM sale WHERE customer_id = ANY (SELECT id FROM customer WHERE region IS NOT NULL) AND product = SOME ('{tea,jam}'::text[]) ORDER BY id
---
EXPLAIN (ANALYZE, VERBOSE, BUFFERS, TIMING OFF) SELECT product, count(*) FROM sale GROUP BY product
---
EXPLAIN VERBOSE SELECT * FROM sale
---
EXPLAIN ANALYZE VERBOSE SELECT 1
---
EXPLAIN (FORMAT YAML) WITH t AS (SELECT * FROM sale) SELECT count(*) FROM t
---
SELECT sum(amount) / NULLIF(count(*), 0) AS aov, count(*) * 100.0 / sum(count(*)) OVER () AS pct, product FROM sale GROUP BY product ORDER BY product
---
SELECT DISTINCT ON (customer_id, date_trunc('month', day)) customer_id, day, amount FROM sale
ORDER BY customer_id, date_trunc('month', day), amount DESC
---
WITH first AS (SELECT customer_id, min(date_trunc('month', day)) AS cohort FROM sale GROUP BY 1)
SELECT cohort, (extract(year FROM age(s.day, cohort)) * 12 + extract(month FROM age(s.day, cohort)))::int AS n, count(DISTINCT s.customer_id)
FROM sale s JOIN first USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2
---
WITH gaps AS (
  SELECT day, day - (row_number() OVER (ORDER BY day))::int AS island FROM (SELECT DISTINCT day FROM sale) d
) SELECT min(day), max(day), count(*) FROM gaps GROUP BY island ORDER BY 1
---
SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 2
---
SELECT every(amount > 0), bit_and(id), bool_or(note IS NULL), string_agg(product, '' ORDER BY id) FROM (SELECT * FROM sale LIMIT 3) x
---
SELECT x, x::text COLLATE "C" FROM (SELECT 1 AS x) q
---
SELECT a, b FROM (VALUES (1, NULL), (2, 'b')) AS v (a, b) WHERE b IS NOT DISTINCT FROM NULL
---
SELECT ts_headline('english', 'The quick brown fox', to_tsquery('fox')), 'fat & cat'::tsquery @@ 'a fat cat'::tsvector,
       websearch_to_tsquery('english', '"sad cat" -dog')
---
SELECT pg_typeof(1.5), version() IS NOT NULL, current_user IS NOT NULL, current_database() IS NOT NULL, current_schema
---
SELECT id, amount::text || ' EUR' AS label, -amount, +amount, amount ^ 2, amount::int % 2, amount IS NULL OR amount <> 2 FROM sale ORDER BY id
---
SELECT * FROM sale ORDER BY day DESC NULLS LAST, id OFFSET 1 ROW FETCH NEXT 2 ROWS ONLY
---
SELECT id FROM sale LIMIT ALL
---
SELECT date '2024-01-31' + interval '1 month', timestamptz '2024-01-01 00:00+02', time '10:00' - time '09:30', timestamp 'epoch', date '2024-01-01' - 1
