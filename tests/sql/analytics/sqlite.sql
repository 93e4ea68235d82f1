SELECT strftime('%Y-%m', day) AS month, sum(amount) AS total, lag(sum(amount)) OVER (ORDER BY strftime('%Y-%m', day)) AS previous FROM sale GROUP BY month ORDER BY month
---
SELECT id, sum(amount) FILTER (WHERE product = 'tea') OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM sale ORDER BY id
---
SELECT id, sum(amount) OVER w, group_concat(product, '>') OVER (w ROWS UNBOUNDED PRECEDING) FROM sale WINDOW w AS (PARTITION BY customer_id ORDER BY day) ORDER BY id
---
SELECT id, avg(amount) OVER (ORDER BY julianday(day) RANGE BETWEEN 30 PRECEDING AND CURRENT ROW) FROM sale ORDER BY id
---
SELECT id, ntile(2) OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount), nth_value(product, 2) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS) FROM sale ORDER BY id
---
WITH RECURSIVE days(d) AS (VALUES ('2024-01-01') UNION ALL SELECT date(d, '+1 day') FROM days WHERE d < '2024-01-05')
SELECT d, coalesce(sum(s.amount), 0) FROM days LEFT JOIN sale s ON s.day = d GROUP BY d ORDER BY d
---
WITH RECURSIVE cnt(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM cnt LIMIT 5) SELECT x FROM cnt
---
WITH RECURSIVE t(id, path) AS (SELECT 1, '1' UNION ALL SELECT id + 1, path || '/' || (id + 1) FROM t WHERE id < 4 ORDER BY 1 DESC) SELECT * FROM t
---
WITH t AS NOT MATERIALIZED (SELECT * FROM sale), u AS MATERIALIZED (SELECT id FROM t) SELECT count(*) FROM u
---
SELECT date(day, 'start of month', '+1 month', '-1 day'), date(day, 'weekday 0'), strftime('%s', day) / 86400, julianday(day) - julianday('2024-01-01') FROM sale ORDER BY id
---
SELECT datetime('2024-01-01 10:00', 'utc'), time('10:00', '+90 minutes'), unixepoch('2024-01-01'), date('now') IS NOT NULL, CURRENT_TIMESTAMP IS NOT NULL, strftime('%W', day) FROM sale ORDER BY id
---
SELECT json_extract(note, '$.a.b'), note -> '$.a', note ->> '$.a.b', note -> 'a' ->> 'b' FROM sale WHERE json_valid(note) ORDER BY id
---
SELECT s.id, j.key, j.value, j.type FROM sale s JOIN json_each(s.note, '$.a') j WHERE json_valid(s.note) ORDER BY s.id
---
SELECT t.fullkey, t.atom FROM json_tree('{"a": [1, {"b": 2}]}') t WHERE t.atom IS NOT NULL ORDER BY t.fullkey
---
SELECT product, json_group_array(json_object('id', id, 'amount', amount)) AS rows_, json_group_object(id, product) FROM sale GROUP BY product ORDER BY product
---
SELECT json_insert('{"a": 1}', '$.b', json('[1, 2]')), json_replace('{"a": 1}', '$.a', 2), json_array(1, 'x', NULL), json_array_length('{"a": [1]}', '$.a')
---
SELECT sum(value) FROM json_each('[1, 2, 3]')
---
SELECT product, group_concat(customer_id, ', '), count(DISTINCT customer_id), total(amount), sum(amount) FILTER (WHERE amount > 2) FROM sale GROUP BY product HAVING count(*) >= 1 ORDER BY count(*) DESC, product
---
SELECT sum(CASE WHEN strftime('%m', day) = '01' THEN amount ELSE 0 END) AS jan, sum(iif(strftime('%m', day) = '02', amount, 0)) AS feb, count(*) FILTER (WHERE note IS NULL) FROM sale GROUP BY product ORDER BY product
---
SELECT s.* FROM sale s NATURAL LEFT OUTER JOIN (SELECT 1 AS id, 'x' AS tag) t ORDER BY s.id
---
SELECT a.id, b.id FROM sale a FULL JOIN customer b ON a.id = b.id ORDER BY 1, 2
---
SELECT c.name, s.id FROM sale s RIGHT JOIN customer c ON c.id = s.customer_id ORDER BY 1, 2
---
SELECT id, max(amount), min(day) FROM sale GROUP BY product ORDER BY id
---
SELECT max(amount, 2.5), min(amount, id, 3), abs(-amount), round(amount), round(amount, 1), sign(-2), 7 / 2, 7 % 3, 7 / 2.0, -7 / 2 FROM sale ORDER BY id
---
SELECT product LIKE 'T%', product GLOB '[tj]*', name NOT LIKE 'a!_%' ESCAPE '!', 'abc' LIKE 'ABC', product NOT GLOB 't*' FROM sale JOIN customer ON customer.id = customer_id ORDER BY sale.id
---
SELECT substr(name, 2), substr(name, -1, 1), substring(name, 1, 2), upper(name), trim('  x '), trim('xax', 'x'), ltrim('001', '0'), replace(name, 'a', 'b'), instr(name, 'd'), length(name), char(65, 66), unicode('A'), hex('a'), quote('it''s') FROM customer ORDER BY id
---
SELECT printf('%08.3f|%-5s|%+d|%x|%,d', 3.14159, 'ab', 5, 255, 1234567), format('%s is %d%%', product, 50) FROM sale ORDER BY id
---
SELECT 'a' || 'b' || 1, 'it''s', "name", [name], `name`, x'4142', 1e3, .5, 0xFF, '; drop table sale', '-- no' FROM customer ORDER BY id
---
SELECT id, note FROM sale WHERE note = '; drop table sale' OR note LIKE '%--%' /* a ; comment */ ORDER BY id -- end
---
SELECT "update"."select", u.id AS "the ""id""" FROM "update" JOIN "update" AS u USING (id)
---
SELECT count(*) AS "count", max("amount") AS 'max' FROM main.sale AS "order" WHERE "order"."amount" > 1
---
SELECT product COLLATE NOCASE, max(product COLLATE BINARY), product = 'TEA' COLLATE NOCASE FROM sale GROUP BY product COLLATE NOCASE ORDER BY 1 COLLATE NOCASE DESC
---
SELECT CAST(amount AS INTEGER), CAST(id AS TEXT), CAST('12abc' AS INTEGER), CAST('x' AS BLOB), CAST(amount AS NUMERIC), CAST(amount AS REAL), typeof(amount), CAST('3.0' AS DECIMAL(10, 2)) FROM sale ORDER BY id
---
SELECT id IS 1, id IS NOT 1, note IS NULL, note NOTNULL, note ISNULL, id IS DISTINCT FROM 1, NOT id = 1, id == 1, id != 1, id <> 1, 5 & 3, 5 | 3, ~5, 1 << 3, 16 >> 2 FROM sale ORDER BY id
---
SELECT id FROM sale WHERE (customer_id, product) IN (SELECT customer_id, product FROM sale WHERE amount > 3) OR (id, amount) > (4, 1) ORDER BY id
---
SELECT * FROM sale WHERE id BETWEEN 2 AND 4 AND product IN ('tea', 'oil') AND EXISTS (SELECT 1 FROM customer c WHERE c.id = customer_id) ORDER BY amount DESC NULLS LAST LIMIT 2 OFFSET 0
---
SELECT * FROM sale ORDER BY id LIMIT 1, 2
---
SELECT id FROM sale UNION SELECT id FROM customer EXCEPT SELECT 3 INTERSECT SELECT id FROM sale ORDER BY id
---
VALUES (1, 'a'), (2, 'b')
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v
---
SELECT column1 + 1, column2 FROM (VALUES (1, 'a'), (2, 'b'))
---
SELECT rowid, _rowid_, oid, id FROM sale ORDER BY rowid DESC
---
SELECT id FROM sale NOT INDEXED ORDER BY id
---
SELECT body, bm25(note), snippet(note, 0, '[', ']', '...', 3) FROM note WHERE note MATCH 'hello NEAR world' OR body MATCH 'wor*' ORDER BY rank
---
SELECT likely(id = 1), unlikely(id), coalesce(NULL, note, product), nullif(product, 'tea'), ifnull(note, '-'), typeof(NULL), random() IS NOT NULL, zeroblob(2) FROM sale ORDER BY id
---
SELECT sqrt(16), pow(2, 3), log(100), ln(1), exp(0), pi() > 3, ceil(1.2), floor(1.8), mod(7, 3), trunc(1.9), degrees(0), log2(8)
---
WITH t AS (SELECT product, sum(amount) AS total FROM sale GROUP BY product), r AS (SELECT *, rank() OVER (ORDER BY total DESC) AS rk FROM t)
SELECT product, round(100.0 * total / (SELECT sum(total) FROM t), 1) AS pct FROM r WHERE rk <= 3 ORDER BY rk
---
WITH gaps AS (SELECT day, date(day, '-' || row_number() OVER (ORDER BY day) || ' days') AS island FROM (SELECT DISTINCT day FROM sale))
SELECT min(day), max(day), count(*) FROM gaps GROUP BY island ORDER BY 1
---
SELECT amount FROM sale ORDER BY amount LIMIT 1 OFFSET (SELECT (count(*) - 1) / 2 FROM sale)
---
SELECT CASE WHEN amount > 3 THEN 'high' WHEN amount > 1.5 THEN 'mid' ELSE 'low' END AS band, count(*) FROM sale GROUP BY band ORDER BY 2 DESC, 1
---
SELECT first.customer_id, min(first.day) AS cohort, (strftime('%Y', s.day) - strftime('%Y', first.day)) * 12 + strftime('%m', s.day) - strftime('%m', first.day) AS n
FROM sale first JOIN sale s USING (customer_id) GROUP BY 1, 3 ORDER BY 1, 3
---
SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name
---
EXPLAIN QUERY PLAN WITH t AS (SELECT 1) SELECT * FROM t JOIN sale
---
SELECT TRUE, FALSE, NULL, 1 = TRUE, id IS TRUE, id IS NOT FALSE FROM sale ORDER BY id
---
SELECT DISTINCT customer_id, first_value(product) OVER (PARTITION BY customer_id ORDER BY amount DESC) AS best FROM sale ORDER BY 1
---
SELECT s.product, c.region, s.amount FROM sale AS s, customer AS c WHERE s.customer_id = c.id AND c.region NOT NULL ORDER BY s.id
