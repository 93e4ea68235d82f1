SELECT v:a.b::STRING, v:items[0].price::FLOAT, v['x'] FROM raw
---
SELECT f.value:sku::STRING AS sku, f.index FROM orders o, LATERAL FLATTEN(input => o.items) f
---
SELECT * FROM sale QUALIFY ROW_NUMBER() OVER (PARTITION BY product ORDER BY day DESC) = 1
---
SELECT DATE_TRUNC('month', day), DATEADD(day, -7, CURRENT_DATE), DATEDIFF('day', day, CURRENT_DATE()), LAST_DAY(day) FROM sale
---
SELECT TO_CHAR(day, 'YYYY-MM'), TO_DATE('2024-01-01'), TRY_TO_NUMBER('x'), IFF(amount > 1, 'a', 'b'), ZEROIFNULL(amount) FROM sale
---
SELECT LISTAGG(product, ', ') WITHIN GROUP (ORDER BY id), ARRAY_AGG(id), OBJECT_CONSTRUCT('a', 1) FROM sale
---
SELECT MEDIAN(amount), PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY amount), APPROX_COUNT_DISTINCT(customer_id), COUNT_IF(amount > 1) FROM sale
---
SELECT * FROM sale SAMPLE (10)
---
SELECT * FROM (SELECT product, region, amount FROM sale) PIVOT (SUM(amount) FOR region IN ('n', 's'))
---
SELECT SPLIT_PART('a-b', '-', 1), REGEXP_SUBSTR(product, 't.'), ILIKE(product, 't%'), product ILIKE 'T%', CONTAINS(product, 'e') FROM sale
---
SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 10))
---
SELECT NVL(note, 'x'), EQUAL_NULL(1, NULL), DECODE(product, 'tea', 1, 0), DIV0(1, 0), MD5(product), HASH(id) FROM sale
---
SELECT PARSE_JSON('{"a": 1}'):a, TYPEOF(v), ARRAY_SIZE(v:x), GET_PATH(v, 'a.b') FROM raw
---
SELECT $1 FROM VALUES (1), (2)
---
SELECT * EXCLUDE (note) FROM sale
---
SELECT product, SUM(amount) FROM sale GROUP BY ALL
---
SELECT CONVERT_TIMEZONE('UTC', 'Europe/Berlin', CURRENT_TIMESTAMP()), DAYNAME(day), MONTHNAME(day), WEEKISO(day), TIME_SLICE(day, 1, 'WEEK') FROM sale
---
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n
---
SELECT a.id FROM db.public.sale a JOIN db.public.customer b USING (id)
---
SELECT id FROM sale MINUS SELECT id FROM customer
---
SELECT amount::NUMBER(10, 2), '5'::INT, TRY_CAST('x' AS INT), TO_VARIANT(1) FROM sale
---
SELECT CURRENT_ROLE(), CURRENT_DATABASE()
---
SELECT MAX_BY(product, amount), MIN_BY(product, amount), MODE(product), ANY_VALUE(product) FROM sale
---
SELECT CONDITIONAL_TRUE_EVENT(amount > 3) OVER (ORDER BY id), LAG(amount) IGNORE NULLS OVER (ORDER BY id) FROM sale
---
SELECT TIMESTAMPDIFF(hour, day, CURRENT_TIMESTAMP), DATE_PART(week, day), TO_TIMESTAMP_NTZ('2024-01-01') FROM sale
---
SELECT RATIO_TO_REPORT(amount) OVER (), WIDTH_BUCKET(amount, 0, 10, 5), NORMAL(0, 1, RANDOM()) FROM sale
---
SELECT TRANSFORM([1, 2], x -> x + 1), ARRAY_CONTAINS(1::VARIANT, ARRAY_CONSTRUCT(1, 2)), STRTOK_TO_ARRAY('a b') FROM sale
---
SELECT s.* FROM sale AS s ASOF JOIN rate AS r MATCH_CONDITION (s.day >= r.day) ON s.product = r.product
---
SELECT "update"."select" FROM "update" LIMIT 5 OFFSET 2
