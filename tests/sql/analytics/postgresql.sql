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
---
SELECT substring('abcdefg' SIMILAR '%#"c%e#"%' ESCAPE '#')
---
SELECT substring(product SIMILAR '#"t#"%' ESCAPE '#') FROM sale ORDER BY id
---
SELECT substring(product FROM '#"t#"%' FOR '#') FROM sale ORDER BY id
---
SELECT id FROM sale ORDER BY amount USING <, id USING >
---
SELECT array_agg(id ORDER BY amount USING >) FROM sale
---
SELECT id, row_number() OVER (ORDER BY amount USING >) FROM sale ORDER BY id
---
SELECT U&"\0061mount" FROM sale ORDER BY 1
---
SELECT s.U&"!0061mount" UESCAPE '!' FROM sale s ORDER BY 1
---
SELECT id AS U&"d\00e9but" FROM sale ORDER BY 1
---
SELECT 1::oid, '42'::oid, 1::regtype, 'int4'::regtype, 'sale'::regclass
---
SELECT pg_typeof(1)::text, pg_typeof(amount)::regtype FROM sale LIMIT 1
---
SELECT tableoid, ctid IS NOT NULL FROM sale ORDER BY 2 LIMIT 0
---
SELECT id, amount, sum(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM sale ORDER BY id
---
SELECT id, sum(amount) OVER (ORDER BY product GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM sale ORDER BY id
---
SELECT id, count(*) OVER (ORDER BY product RANGE UNBOUNDED PRECEDING EXCLUDE GROUP) FROM sale ORDER BY id
---
SELECT id, avg(amount) OVER (ORDER BY amount RANGE BETWEEN 1.0 PRECEDING AND 1.0 FOLLOWING) FROM sale ORDER BY id
---
SELECT id, sum(amount) OVER w1, count(*) OVER w2 FROM sale WINDOW w1 AS (PARTITION BY product), w2 AS (w1 ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) ORDER BY id
---
SELECT id, nth_value(product, 2) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM sale ORDER BY id
---
SELECT product, customer_id, sum(amount), grouping(product), grouping(customer_id) FROM sale GROUP BY CUBE (product, customer_id) ORDER BY 1, 2
---
SELECT product, customer_id, sum(amount) FROM sale GROUP BY ROLLUP ((product, customer_id), day) ORDER BY 1, 2, day
---
SELECT product, customer_id, count(*) FROM sale GROUP BY product, ROLLUP (customer_id) ORDER BY 1, 2
---
SELECT product, customer_id, count(*) FROM sale GROUP BY GROUPING SETS (ROLLUP (product), CUBE (customer_id)) ORDER BY 1, 2, 3
---
SELECT count(*) FROM sale GROUP BY ()
---
SELECT product, sum(amount) FROM sale GROUP BY ALL ROLLUP (product) ORDER BY 1
---
WITH RECURSIVE t(a, b) AS (VALUES (1, 2) UNION SELECT b, a + b FROM t WHERE b < 50) SELECT * FROM t
---
WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n % 3 + 1 FROM g) CYCLE n SET looped TO 'Y' DEFAULT 'N' USING trail SELECT n, looped, trail FROM g ORDER BY 1, 2
---
WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n % 3 + 1 FROM g) SEARCH DEPTH FIRST BY n SET o CYCLE n SET looped USING trail SELECT n, looped FROM g ORDER BY o
---
WITH a AS MATERIALIZED (SELECT id FROM sale), b AS NOT MATERIALIZED (SELECT id FROM a) SELECT * FROM b ORDER BY 1
---
WITH s AS (SELECT * FROM sale) SELECT (SELECT count(*) FROM s WHERE s.id <= x.id) FROM s x ORDER BY 1
---
SELECT DISTINCT ON (product) product, id, amount FROM sale ORDER BY product, amount DESC NULLS LAST
---
SELECT (ARRAY[1,2,3,4])[2:3], (ARRAY[1,2,3,4])[:2], (ARRAY[1,2,3,4])[3:], (ARRAY[[1,2],[3,4]])[1:2][1:1], (ARRAY[1,2,3])[array_length(ARRAY[1,2,3],1)]
---
SELECT (ARRAY[1,2,3])[:], (string_to_array('a,b,c', ','))[2], ('{a,b}'::text[])[1]
---
SELECT ARRAY[1,2,3] @> ARRAY[1], ARRAY[1] <@ ARRAY[1,2], ARRAY[1,2] && ARRAY[2,3], ARRAY[1,2] < ARRAY[1,3], 2 = ANY(ARRAY[1,2]), 2 <> ALL(ARRAY[1,3])
---
SELECT array_to_string(array_agg(product ORDER BY id), '|', '*'), array_length(array_agg(id), 1), cardinality(ARRAY[[1,2],[3,4]]), array_dims(ARRAY[1,2]), array_ndims(ARRAY[[1]]), array_fill(7, ARRAY[2]), array_replace(ARRAY[1,2], 2, 3), array_positions(ARRAY[1,2,1], 1), trim_array(ARRAY[1,2,3], 1) FROM sale
---
SELECT a, b FROM unnest(ARRAY[1,2], ARRAY['x','y','z']) AS t(a, b)
---
SELECT i, x FROM unnest(ARRAY['a','b']) WITH ORDINALITY t(x, i) ORDER BY i DESC
---
SELECT unnest(ARRAY[1,2]), generate_series(1, 3)
---
SELECT generate_subscripts(ARRAY[5,6,7], 1), 'x' AS c
---
SELECT data->'a'->0, data->>'a', data#>'{a,0}', data#>>'{a,0}', data ? 'a', data @> '{"a": [1]}', '{"a": [1]}' <@ data FROM kind WHERE id = 1
---
SELECT jsonb_path_query('[1, 2, 3]'::jsonb, '$[*] ? (@ > 1)'), 1 AS x
---
SELECT * FROM jsonb_path_query('{"a": [{"b": 1}, {"b": 2}]}', '$.a[*].b') AS q(v)
---
SELECT jsonb_path_exists('{"a": 1}', '$.a'), jsonb_path_match('{"a": 1}', '$.a == 1'), jsonb_path_query_first('{"a": 1}', 'strict $.a'), jsonb_path_query_first('{"a":"2024-01-01"}', '$.a.datetime()')
---
SELECT key, value FROM json_each_text('{"a": 1, "b": "x"}') ORDER BY key
---
SELECT * FROM jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2}]') AS t(a int, b text)
---
SELECT t.* FROM sale s CROSS JOIN LATERAL jsonb_to_record(s.note::jsonb -> 'a') AS t(b int) WHERE s.note LIKE '{%' ORDER BY 1
---
SELECT jsonb_object_agg(product, amount ORDER BY id), json_agg(row_to_json(s) ORDER BY id), jsonb_agg(DISTINCT product) FROM sale s
---
SELECT json_build_object('a', 1, 'b', json_build_array(1, 'x')), jsonb_build_object(), to_jsonb(ARRAY[1,2]), row_to_json(ROW(1, 'a')), json_object('{a,1,b,2}')
---
SELECT ('{"a": {"b": [10, 20]}}'::jsonb)['a']['b'][1], (data)['a'] FROM kind WHERE id = 1
---
SELECT jsonb_insert('[1]', '{0}', '9'), jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'return_target'), '{"a": 1, "b": 2}'::jsonb - '{a}'::text[], jsonb_array_length('[1]'), jsonb_typeof('[]')
---
SELECT generate_series('2024-01-01'::timestamptz, '2024-01-03', '1 day')::date, generate_series(5, 1, -2)
---
SELECT mode() WITHIN GROUP (ORDER BY product), percentile_cont(0.25) WITHIN GROUP (ORDER BY amount), percentile_cont(0.5) WITHIN GROUP (ORDER BY day - date '2024-01-01') FROM sale
---
SELECT product, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FILTER (WHERE amount > 1) FROM sale GROUP BY product ORDER BY 1
---
SELECT percent_rank(3.0) WITHIN GROUP (ORDER BY amount DESC NULLS LAST), rank('tea', 2) WITHIN GROUP (ORDER BY product, customer_id) FROM sale
---
SELECT 'abc' ~ '^a', 'abc' !~* 'B', 'abc' ~* '^A.*C$', 'a.c' ~ 'a\.c', 'tab	x' ~ E'\t'
---
SELECT regexp_count('abcabc', 'b'), regexp_instr('abc', 'b'), regexp_like('ABC', 'b', 'i'), regexp_substr('foobar', 'o+'), regexp_matches('a1b2', '(\w)(\d)', 'g')
---
SELECT timestamptz '2024-01-01 12:00+00' AT TIME ZONE 'UTC', timestamp '2024-01-01 12:00' AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC', time with time zone '10:00+02' AT TIME ZONE 'UTC', timezone('UTC', timestamptz '2024-01-01 12:00+00')
---
SELECT timestamp '2024-01-01 12:00' AT TIME ZONE INTERVAL '-05:00', now() AT TIME ZONE 'UTC' IS NOT NULL
---
SELECT date_trunc('week', day), date_trunc('hour', timestamptz '2024-01-01 12:34:56+00', 'Australia/Sydney'), date_bin('1 hour', timestamp '2024-01-01 12:34', timestamp '2000-01-01') FROM sale ORDER BY id
---
SELECT EXTRACT(EPOCH FROM timestamp '2024-01-01'), EXTRACT(CENTURY FROM day), EXTRACT(TIMEZONE FROM timestamptz '2024-01-01 00:00+00'), EXTRACT(MILLISECONDS FROM time '10:00:01.5'), EXTRACT(julian FROM day), EXTRACT(microseconds FROM interval '1.5 s'), extract(decade from day) FROM sale ORDER BY id
---
SELECT date_part('dow', day), date_part('year', age(day)) >= 0, to_char(day, 'Day, DD Month YYYY'), to_char(amount, '999D99S'), to_char(-5, '999MI'), to_date('05 Dec 2000', 'DD Mon YYYY') FROM sale ORDER BY id
---
SELECT timestamp 'now' IS NOT NULL, date 'today' = current_date, 'tomorrow'::date - 'yesterday'::date, 'allballs'::time, current_timestamp(2) IS NOT NULL, localtime(0) IS NOT NULL
---
SELECT to_tsvector('simple', product) @@ 'tea'::tsquery, ts_rank_cd(to_tsvector('a b c'), to_tsquery('a & c')), phraseto_tsquery('the cat'), to_tsquery('english', 'cat:*') || to_tsquery('dog'), to_tsquery('fat') <-> to_tsquery('rat'), !! to_tsquery('cat'), setweight(to_tsvector('cat'), 'A') FROM sale ORDER BY id
---
SELECT * FROM (VALUES (1, 'a'), (2, NULL)) v ORDER BY 2 NULLS FIRST
---
VALUES (1), (2), (3) LIMIT 2 OFFSET 1
---
SELECT * FROM sale WHERE (id, product) IN (VALUES (1, 'tea'), (2, 'x')) ORDER BY id
---
SELECT count(*) BETWEEN 0 AND 5 FROM sale TABLESAMPLE SYSTEM (50) REPEATABLE (42)
---
SELECT id, amount FROM sale ORDER BY product FETCH FIRST 1 ROW WITH TIES
---
SELECT id FROM sale ORDER BY id FETCH FIRST ROW ONLY
---
SELECT id FROM sale ORDER BY id LIMIT 1 + 1 OFFSET (SELECT 1)
---
SELECT a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b, (a, b) IS NOT DISTINCT FROM (b, a) FROM (VALUES (1, NULL::int), (NULL, NULL), (1, 1)) t(a, b)
---
SELECT (1, 2) < (1, 3), (1, NULL) = (1, NULL) IS NULL, ROW(1, 2) IS NOT NULL, (1, 2) <> ALL (SELECT id, customer_id FROM sale), ROW(1, 2) = ROW(1, 2), ROW() IS NULL
---
SELECT CASE product WHEN 'tea' THEN 1 WHEN 'jam' THEN 2 END, CASE WHEN NULL THEN 1 ELSE CASE WHEN id > 2 THEN 'a' ELSE 'b' END::int END FROM sale WHERE false
---
SELECT concat_ws(', ', name, region), name || ' (' || coalesce(region, '?') || ')', format('%1$s %1$s %2$10s|%-5s|', 'a', 'b', 'c'), to_hex(3), quote_ident('A b'), trim(both from ' x '), trim(' x '), btrim('xyx', 'x'), ltrim('zab', 'z'), string_to_array('a b', ' ') FROM customer ORDER BY id
---
SELECT x'1F'::int, b'101'::int, B'1' || B'0', X'FF'::bit(8), '101'::bit(3)::int, 5::bit(4), ~B'10', B'11' # B'01', B'100' << 1
---
SELECT E'a\'b', E'\u0041\x42\103', e'\\', 'a\b', E'line\nbreak', $$a$b$$, $tag$ $$ $tag$, 'it''s', U&'\0041', N'x'
---
SELECT /* outer /* nested */ still */ 1 AS a -- end
---
SELECT/**/id/**/FROM/**/sale/**/ORDER/**/BY/**/id
---
SELECT "été", "naïve col" FROM (SELECT id AS "été", product AS "naïve col" FROM sale) q ORDER BY 1
---
SELECT été, Ünïcode, 変数 FROM (SELECT 1 AS été, 2 AS Ünïcode, 3 AS 変数) q
---
SELECT s."id", "s"."amount" AS "Total ($)", s.day AS "a""b" FROM "public"."sale" s ORDER BY "Total ($)"
---
SELECT id AS order_, product AS "order", amount value, day "when" FROM sale ORDER BY "order", id
---
SELECT (SELECT max(amount) FROM sale) - min(amount), EXISTS (SELECT) FROM sale
---
SELECT count(*) FILTER (WHERE note IS NULL) * 1.0 / count(*), sum(DISTINCT amount), avg(amount) FILTER (WHERE true) FROM sale HAVING count(*) > 0
---
SELECT * FROM sale s, LATERAL (SELECT s.amount * 2 AS dbl) d, LATERAL (SELECT d.dbl + 1 AS plus) e ORDER BY s.id
---
SELECT c.name, x FROM customer c LEFT JOIN LATERAL generate_series(1, c.id) AS x ON x > 1 ORDER BY 1, 2
---
SELECT c.*, s.* FROM customer c LEFT JOIN (sale s JOIN kind k ON k.id = s.id) ON s.customer_id = c.id ORDER BY 1, 4
---
SELECT * FROM (sale s JOIN customer c ON c.id = s.customer_id) AS j ORDER BY 1
---
SELECT id FROM sale UNION DISTINCT SELECT id FROM customer ORDER BY id DESC LIMIT 3
---
(SELECT 1 UNION SELECT 2) INTERSECT (SELECT 2 EXCEPT SELECT 3)
---
SELECT 1 UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1) ORDER BY 1
---
((SELECT 1))
---
SELECT 5 OPERATOR(pg_catalog.+) 3
---
SELECT 'a' COLLATE "C" < 'b', 'x'::varchar COLLATE pg_catalog."C", max(name COLLATE "C") FROM customer
---
SELECT '(1,2)'::point, point(1,2) <-> point(4,6), box '((0,0),(1,1))' @> point '(0.5,0.5)', area(box '((0,0),(2,2))'), circle '((0,0),1)', lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))'
---
SELECT '10.0.0.1/24'::inet & '255.255.0.0'::inet, inet '10.0.0.1' + 5, netmask('10.0.0.1/24'), masklen('10.0.0.0/8'), '08:00:2b:01:02:03'::macaddr, '192.168.1.0/24'::cidr >>= '192.168.1.5'::inet
---
SELECT '[1,5)'::int4range @> 3, numrange(1.0, 2.0, '[]'), int4range(1,5) + int4range(3,8), int4range(1,9) - int4range(5,12), isempty('empty'::int4range), '{[1,3),[5,7)}'::int4multirange, range_merge(int4range(1,2), int4range(5,6)), unnest('{[1,2),[5,6)}'::int4multirange)
---
SELECT tsrange(timestamp '2024-01-01', timestamp '2024-02-01') && tsrange(NULL, timestamp '2024-01-15'), range_agg(int4range(id, id + 1)) FROM sale
---
SELECT '<a>1</a>'::text, encode('\xdeadbeef'::bytea, 'base64'), length('\x00'::bytea), get_byte('\x05'::bytea, 0), convert_from('\x61', 'UTF8'), substring('\x0102'::bytea from 1 for 1), '\x01'::bytea || '\x02'::bytea, sha256('a'::bytea), md5('a')::uuid
---
SELECT stddev(amount), var_samp(amount), regr_count(amount, id), covar_pop(amount, id), bit_xor(id), bool_and(true), string_agg(DISTINCT product, ',' ORDER BY product), array_agg(ARRAY[id, customer_id] ORDER BY id) FROM sale
---
SELECT width_bucket(3.5, ARRAY[1, 3, 5]::numeric[]), ceil(1.2), floor(-1.2), round(2.5), round(-2.5), round(1.235, 2), trunc(1.99, 1), div(7, 2), sign(-3), cbrt(27), exp(1), power(2, 10), atan2(1, 1), pi(), degrees(pi()), random() < 1, scale(1.50), trim_scale(1.50), log(2, 8), factorial(5), mod(-7, 3)
---
SELECT first_value(amount) OVER (PARTITION BY product ORDER BY day, id ROWS 1 PRECEDING), cume_dist() OVER (ORDER BY amount), row_number() OVER () >= 1 FROM sale ORDER BY id
---
SELECT rank() OVER (ORDER BY sum(amount) DESC), product, sum(sum(amount)) OVER () FROM sale GROUP BY product ORDER BY 1
---
SELECT to_char(date_trunc('month', d), 'Mon-YY') AS m, count(*) FILTER (WHERE extract(isodow FROM d) < 6) FROM generate_series(date '2024-01-01', date '2024-02-10', interval '1 day') AS d GROUP BY date_trunc('month', d) ORDER BY date_trunc('month', d)
---
SELECT * FROM kind k WHERE k.mood = 'glad'::mood AND k.mood >= ANY (enum_range(NULL::mood)) ORDER BY id
---
SELECT mood::text, enum_first(NULL::mood), tags[array_length(tags, 1)], array_length(grid, 2), grid[1:1][2:2], data ->> 0 IS NULL FROM kind ORDER BY id
---
SELECT k.tags && ARRAY['a'], 'a' <> ALL (k.tags), k.tags @> '{a}', NOT k.flag, k.span > interval '1 day', k.price::int, k."at"::date, k.at::time, k.raw::text FROM kind k ORDER BY id
---
SELECT id FROM sale WHERE product LIKE 't%' AND note NOT ILIKE '%x%' OR product LIKE 'a\%' OR product NOT SIMILAR TO '(x|y)%' ESCAPE '!' ORDER BY id
---
SELECT id FROM sale WHERE day >= current_date - interval '100 years' AND day < date_trunc('year', now()) + interval '1 year' AND product IN ('tea', 'jam') AND NOT amount NOT BETWEEN 0 AND 100 ORDER BY id
---
SELECT id FROM sale WHERE note ISNULL AND product NOTNULL ORDER BY id
---
SELECT CAST(amount AS decimal(10,2)), amount::real, amount::double precision, amount::character varying(5), '5'::smallint, '5'::bigint, 'a'::char(3), 'abc'::bpchar, '2024-01-01 00:00'::timestamp without time zone, '2024-01-01'::timestamp(0) with time zone, '10:00'::time(0) without time zone, '1'::bit varying, 'x'::name, '1 day'::interval day, '5'::dec, '5'::int2, '1.5'::float(24) FROM sale ORDER BY id
---
SELECT jsonb '{"a": 1}' = '{"a":1}'::jsonb, json '[1]' ->> 0, jsonb '[1,2]' -> -1, jsonb '{"a":{"b":2}}' #- '{a,b}', jsonb '[1]' || jsonb '2', point '(1,2)', uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', bytea '\x01', bool 'yes', numeric '1.50', text 'x', varchar 'y', inet '::1', date 'epoch', numeric(5,2) '1.234'
---
SELECT id, lead(day, 1, day) OVER (PARTITION BY customer_id ORDER BY day) - day AS gap, day - lag(day) OVER w AS prev FROM sale WINDOW w AS (PARTITION BY customer_id ORDER BY day) ORDER BY id
---
SELECT sum(amount) OVER (PARTITION BY date_trunc('month', day) ORDER BY day, id) AS mtd, sum(amount) FILTER (WHERE product = 'tea') OVER (PARTITION BY customer_id) FROM sale ORDER BY id
---
SELECT * FROM json_populate_record(NULL::customer, '{"id": 9, "name": "Z"}')
---
SELECT s FROM (SELECT 1 AS a, 'b' AS b) s
---
SELECT (x).a, (x).* FROM (SELECT s AS x FROM (SELECT 1 AS a, 'b' AS b) s) q
---
SELECT count(*), count(DISTINCT (product, customer_id)), count(s), count(s.*) FROM sale s
---
SELECT min(day)::text || '..' || max(day), max(day) - min(day) AS span, (max(day) - min(day)) / 7.0, justify_interval(interval '40 days') FROM sale
---
SELECT id FROM sale WHERE amount > (SELECT avg(s2.amount) FROM sale AS s2 WHERE s2.product = sale.product) ORDER BY id;
---
SELECT 1 AS "a.b", 2 AS "?", 3 AS "$1", 4 AS "%", 5 AS ":x", ':notaparam', 'a?b'
---
SELECT 10 % 3 AS r, '100%' AS p, product LIKE '%e%' FROM sale ORDER BY id
---
SELECT 'x' IN ('x', 'y'), 1 NOT IN (2, NULL) IS NULL, 'x' = ANY ('{x,y}'), 3 > ALL (VALUES (1), (2)), 2 = SOME (SELECT 2)
---
EXPLAIN (FORMAT JSON, SETTINGS) SELECT 1
---
EXPLAIN (ANALYZE true, WAL off) SELECT 1
---
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'kind' ORDER BY ordinal_position
---
SELECT ARRAY(SELECT id FROM sale ORDER BY id DESC), ARRAY[]::int[], ARRAY[1, NULL, 3], ARRAY['a']::text[] || 'b'::text, ARRAY[1] || ARRAY[2, 3]
---
SELECT 1e-3, 1.5e+2, .5e1, 5.::text, 12345678901234567890, 1.0/3, -2^2, 2^(-1), 2^3^2, 5!=3, 7%(-3), -7/2
---
SELECT timestamp '2024-01-02 10:00'::date, date '2024-01-02'::timestamp, time '10:00'::text, timestamp with time zone '2024-01-02 10:00+00'::date, double precision '1.6'::int, numeric(5,1) '1.26'::text, interval '1 day'::text
---
SELECT id IN (1, 2) = true, id NOT IN (1, 2) = true, id NOT BETWEEN 2 AND 3 = false, product NOT LIKE 't%' = true, (note IS NOT NULL) = true, true = (id NOT IN (1)) FROM sale ORDER BY id
---
SELECT ~ -1, - ~ id, ~ ~ id, - - id, ~(-id) FROM sale s ORDER BY s.id
---
SELECT '{"a.b": 1, "a": {"b": 2}}'::json ->> 'a.b', '{"$": 1}'::jsonb -> '$', '[[1]]'::jsonb -> 0 -> 0
---
SELECT json_object('{a,1,b,2}'), json_object('{a,b}', '{1,2}'), json_object(ARRAY[['k', 'v']]), json_object('{}'::text[])
---
SELECT lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))', box '((0,0),(1,1))' @> point '(0.5,0.5)', inet '10.0.0.0/8' >>= inet '10.1.0.0/16', '192.168.1.5'::inet <<= '192.168.1.0/24'::inet, macaddr '08:00:2b:01:02:03', cidr '10.0.0.0/8', tsquery 'a & b', tsvector 'a b', '[1,2]'::jsonb @? jsonpath '$[*]'
---
SELECT 5 OPERATOR(pg_catalog.+) 3 * 2, 'a' OPERATOR(||) 'b', 'abc' OPERATOR(pg_catalog.~) '^a', 'ab' ^@ 'a' AND true, 'abc' ^@ 'a' || 'b'
---
SELECT 'a' ~<~ 'b', 'a' ~>=~ 'b', box '((0,0),(1,1))' ~= box '((1,1),(0,0))', point '(1,1)' <<| point '(2,2)', point(1, 1) |>> point(0, 0)
---
SELECT enum_range(NULL::mood), enum_first(NULL::mood), enum_last(NULL::mood), 'glad'::mood < 'sad'
---
SELECT s.tableoid::regclass, s.id::oid, 'sale'::regclass::text, to_tsvector('english'::regconfig, 'the foxes'), 'int4'::regtype FROM public.sale s ORDER BY s.id
---
SELECT count(*) FROM sale GROUP /* first */ BY product ORDER -- then
BY count(*), product
---
SELECT sum(amount) OVER (PARTITION/* x */BY product ORDER/**/BY id) FROM sale ORDER BY id
---
SELECT substring('foobar' SIMILAR '%#"o_b#"%' ESCAPE '#'), substring('foobar' FROM 'o.b'), substring('foobar' FROM 2 FOR 3), substring('foobar', 'o(.)b'), upper(substring(name SIMILAR '#"_#"%' ESCAPE '#')) FROM customer ORDER BY id
---
SELECT interval '5' minute + interval '30' second, interval '10:20' hour to minute, interval '1' year to month IS NULL
---
SELECT timestamptz(timestamp '2024-01-01'), float8(5), int4(2.5), text(5), date(timestamp '2024-01-01 10:00')
---
WITH cohort AS (SELECT customer_id, date_trunc('month', min(day)) AS m FROM sale GROUP BY 1), activity AS (
  SELECT c.m, (extract(year FROM age(date_trunc('month', s.day), c.m)) * 12 + extract(month FROM age(date_trunc('month', s.day), c.m)))::int AS k, s.customer_id
  FROM sale s JOIN cohort c USING (customer_id))
SELECT m::date, k, count(DISTINCT customer_id), round(100.0 * count(DISTINCT customer_id) / first_value(count(DISTINCT customer_id)) OVER (PARTITION BY m ORDER BY k), 1)
FROM activity GROUP BY m, k ORDER BY m, k
---
SELECT p.product, d.m::date, coalesce(t.total, 0) FROM (SELECT DISTINCT product FROM sale) p CROSS JOIN generate_series(date '2024-01-01', date '2024-03-01', interval '1 month') AS d(m)
LEFT JOIN LATERAL (SELECT sum(amount) AS total FROM sale s WHERE s.product = p.product AND date_trunc('month', s.day) = d.m) t ON true ORDER BY 1, 2
---
SELECT count(*) FILTER (WHERE day >= date '2024-01-01' AND day < date '2024-02-01')::numeric / nullif(count(*), 0) AS share, max(day) FILTER (WHERE product = 'tea'), array_agg(product ORDER BY day DESC) FILTER (WHERE amount > 1) FROM sale
---
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM sale s WHERE s.customer_id = c.id AND s.amount NOT BETWEEN 1 AND 4) THEN 'all' ELSE 'some' END FROM customer c ORDER BY c.id
---
SELECT id, (ARRAY['a', 'b', 'c'])[id % 3 + 1], (string_to_array(product, 'e'))[1], (regexp_match(product, '(.)$'))[1], (SELECT array_agg(x ORDER BY x) FROM unnest(ARRAY[3, 1, id]) x) FROM sale ORDER BY id
---
SELECT 1e3+1e3 AS a, 2*1e2-3*1e1+1 AS b, 1e3-1e3-1.5e0 AS c, '1e3+1e3' AS d, 5e-1+1e+2 AS e
