SELECT * FROM hive.sales.sale LIMIT 10
---
SELECT date_trunc('month', day), date_add('day', 7, day), date_diff('day', day, current_date), day + INTERVAL '1' DAY FROM sale
---
SELECT format_datetime(day, 'YYYY'), date_format(day, '%Y-%m'), date_parse('2024', '%Y'), from_unixtime(0), to_unixtime(now()) FROM sale
---
SELECT approx_percentile(amount, 0.5), approx_distinct(customer_id), count_if(amount > 1), max_by(product, amount), arbitrary(product) FROM sale
---
SELECT array_agg(product ORDER BY id), listagg(product, ', ') WITHIN GROUP (ORDER BY id), map_agg(id, product), histogram(product) FROM sale
---
SELECT t.n FROM UNNEST(sequence(1, 5)) AS t (n)
---
SELECT o.id, u.item FROM orders o CROSS JOIN UNNEST(o.items) WITH ORDINALITY AS u (item, pos)
---
SELECT json_extract_scalar(note, '$.a.b'), json_extract(note, '$.a'), json_parse('{}'), CAST(json_parse('[1]') AS ARRAY(INTEGER)) FROM sale
---
SELECT transform(ARRAY[1, 2], x -> x + 1), filter(ARRAY[1, 2], x -> x > 1), reduce(ARRAY[1, 2], 0, (s, x) -> s + x, s -> s), element_at(ARRAY[1], 1), cardinality(ARRAY[1])
---
SELECT regexp_like(product, '^t'), regexp_extract(product, '(t)', 1), regexp_replace(product, '[aeiou]', '*'), split('a,b', ','), split_part('a-b', '-', 1), strpos(product, 'e') FROM sale
---
SELECT try_cast('x' AS INTEGER), TRY(1 / 0), coalesce(note, 'x'), nullif(1, 1), if(amount > 1, 'a', 'b'), CAST(amount AS DECIMAL(10, 2)) FROM sale
---
SELECT ROW(1, 'a'), MAP(ARRAY['a'], ARRAY[1]), ARRAY[1, 2][1], CAST(ROW(1, 'a') AS ROW(x INTEGER, y VARCHAR)).x
---
SELECT count(*) FILTER (WHERE amount > 1), sum(amount) FILTER (WHERE product = 'tea') FROM sale
---
SELECT * FROM sale TABLESAMPLE BERNOULLI (10)
---
SELECT id FROM sale OFFSET 5 ROWS FETCH FIRST 10 ROWS ONLY
---
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
---
SELECT current_timestamp AT TIME ZONE 'Europe/Berlin', at_timezone(now(), 'UTC'), TIMESTAMP '2024-01-01 00:00:00 UTC', DATE '2024-01-01'
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t (x, y)
---
VALUES (1, 'a'), (2, 'b')
---
SELECT id FROM sale EXCEPT SELECT id FROM customer
---
SELECT id FROM sale INTERSECT SELECT id FROM customer
---
SELECT lag(amount) IGNORE NULLS OVER (ORDER BY id), nth_value(amount, 2) OVER (ORDER BY id) FROM sale
---
SELECT url_extract_host('http://a.b'), to_hex(md5(to_utf8('x'))), from_base64('YQ=='), levenshtein_distance('a', 'b')
---
SELECT c.name, t.top FROM customer c CROSS JOIN LATERAL (SELECT max(amount) AS top FROM sale s WHERE s.customer_id = c.id) t
---
SELECT product, sum(amount), grouping(product) FROM sale GROUP BY CUBE (product)
---
SELECT year(day), month(day), day_of_week(day), week(day), quarter(day), last_day_of_month(day) FROM sale
---
EXPLAIN SELECT * FROM sale
---
SELECT "update"."select" FROM "update"
---
SELECT table_name FROM information_schema.tables
---
SELECT bool_and(amount > 1), every(amount > 1), checksum(id), geometric_mean(amount), stddev(amount), corr(amount, id) FROM sale
