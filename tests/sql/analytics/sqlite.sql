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
---
SELECT id, sum(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW), count(*) OVER (ORDER BY product GROUPS 1 PRECEDING EXCLUDE TIES), avg(amount) OVER (ORDER BY amount RANGE BETWEEN 1.0 PRECEDING AND 1.0 FOLLOWING EXCLUDE GROUP) FROM sale ORDER BY id
---
SELECT id, sum(amount) OVER w1, count(*) OVER (w1 ORDER BY id) FROM sale WINDOW w1 AS (PARTITION BY product), w2 AS (ORDER BY id) ORDER BY id
---
SELECT id, lag(amount, 1, 0) OVER (ORDER BY id), lead(amount) OVER (PARTITION BY product ORDER BY id), first_value(id) OVER (ORDER BY amount DESC), last_value(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), cume_dist() OVER (ORDER BY amount), dense_rank() OVER (ORDER BY product) FROM sale ORDER BY id
---
WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f LIMIT 10) SELECT a FROM f
---
WITH RECURSIVE t(n) AS (VALUES (1) UNION SELECT n % 3 + 1 FROM t) SELECT * FROM t
---
WITH RECURSIVE tree(id, depth) AS (SELECT 1, 0 UNION ALL SELECT t.id * 2 + x.column1, depth + 1 FROM tree t, (VALUES (0), (1)) x WHERE depth < 2 ORDER BY 2 DESC) SELECT substr('..........', 1, depth * 3) || id FROM tree
---
WITH a(x) AS MATERIALIZED (SELECT 1), b AS NOT MATERIALIZED (SELECT x + 1 AS y FROM a) SELECT * FROM a, b
---
SELECT key, type, id, parent, fullkey, path FROM json_each('{"a": 1, "b": [1, 2], "c": null}')
---
SELECT count(*) FROM json_tree('{"a": [1, {"b": 2}]}', '$.a')
---
SELECT s.id, key, CAST(value AS TEXT) FROM sale s, json_each(json_array(s.product, s.amount)) ORDER BY s.id, key
---
SELECT json_extract('{"a": {"b": [1, 2]}}', '$.a.b[1]'), json_extract('{"a": 1, "b": 2}', '$.a', '$.b'), '{"a": 1}' -> '$.a', '{"a": {"b": 2}}' ->> '$.a.b', '[1,2,3]' ->> 1, '{"a": "x"}' ->> 'a', json_extract('[1,2]', '$[#-1]'), json('{ "a": 1 }'), json_type('{"a": 1.5}', '$.a'), json_valid('x'), json_quote('a"b'), json_patch('{"a":1}', '{"b":2}'), json_remove('[1,2]', '$[0]'), json_set('{}', '$.a', json('[1]'))
---
SELECT product, json_group_array(DISTINCT customer_id), json_group_object(CAST(id AS TEXT), amount), json_group_array(amount) FILTER (WHERE amount > 1) FROM sale GROUP BY product ORDER BY 1
---
SELECT date(day, '+1 month', 'start of month', '-1 day'), datetime('2024-01-01T10:00:00Z'), time('10:00', '+30 minutes'), julianday('2024-01-01'), strftime('%Y-W%W', day), strftime('%s', '2024-01-01'), unixepoch('2024-01-01 10:00'), datetime(0, 'unixepoch'), date('2024-01-31', '+1 month'), strftime('%j %w %H:%M:%f', '2024-01-01 10:11:12.345'), datetime(1704067200, 'unixepoch', 'localtime') IS NOT NULL, datetime('now', '-1 day') < datetime('now'), date('now', 'weekday 1') IS NOT NULL, datetime(1704067200, 'auto') FROM sale ORDER BY id
---
SELECT strftime('%Y', day) || '-Q' || ((CAST(strftime('%m', day) AS INTEGER) + 2) / 3) AS q, sum(amount) FROM sale GROUP BY 1 ORDER BY 1
---
SELECT cast(julianday(day) - julianday('2024-01-01') AS INTEGER) AS d, round((julianday('2024-03-01') - julianday(day)) / 7, 1) FROM sale ORDER BY id
---
SELECT product LIKE 't%', product LIKE 'T_A', product NOT LIKE '%x', product LIKE 'a\%' ESCAPE '\', product GLOB '*[ae]*', product NOT GLOB 't??' FROM sale ORDER BY id
---
SELECT * FROM note WHERE note MATCH '"hello world"' ORDER BY rank LIMIT 1
---
SELECT body FROM note WHERE body MATCH 'hel* AND wor*' AND rank MATCH 'bm25(10.0)' ORDER BY rank
---
SELECT count(*) FROM note WHERE note = 'hello'
---
VALUES (1), (2) UNION VALUES (3)
---
SELECT * FROM (VALUES (1, 'x'), (2, 'y')) WHERE column1 > 1
---
WITH v(a, b) AS (VALUES (1, 'x'), (2, 'y')) SELECT b, a FROM v ORDER BY a DESC
---
SELECT * FROM sale WHERE (customer_id, product) = (1, 'tea') OR (id, amount) IN (VALUES (2, 2.0)) ORDER BY id
---
SELECT (1, 2) < (1, 3), (1, NULL) IS (1, NULL), (SELECT 1, 2) = (1, 2), 1 IN (), 1 NOT IN (), 1 IN (1, NULL)
---
SELECT NULL IS NULL, 1 IS NOT NULL, 1 IS 1, NULL IS NOT 1, 1 IS NOT DISTINCT FROM 1, NULL IS DISTINCT FROM NULL, 1 ISNULL, 1 NOTNULL, 1 NOT NULL, 1 IS TRUE, 0 IS NOT TRUE, NULL IS FALSE
---
SELECT CASE WHEN amount > 3 THEN 'h' END, CASE product WHEN 'tea' THEN 1 ELSE 2 END, iif(amount > 2, 'a', 'b'), coalesce(note, product), ifnull(note, 'none'), nullif(id, 1), max(id, 2), min(id, 2, 3) FROM sale ORDER BY id
---
SELECT 7 / 2, -7 / 2, 7 % -3, 7.0 / 2, 2 + 3 * 4, -(-3), - - 3, +5, ~5, 5 & 3 | 8, 1 << 3 >> 1, 1 / 0, 5 % 0, 'a' + 1, '3 apples' * 2, 9223372036854775807 + 1, 1 = 1 = 1, 3 > 2 > 1, NOT 1 = 2, NOT 0 + 1, - 5 % 3
---
SELECT 'a' || 1 || NULL, 'a' || 'b' = 'ab', 1 || 2 + 3, 1 + 2 || 3, -1 || 2, 2 * 3 || 4, 'x' || 1 < 2
---
SELECT 'it''s', "not a column", 'line
break', 'tab	', '%', 'back\slash', '\n', '"', 'é😀', ''
---
SELECT "id", [product], `amount`, sale."day", "sale".[note] FROM sale ORDER BY "id"
---
SELECT id AS 'single', product AS "double", amount AS [brack et], day AS `tick`, id bare FROM sale ORDER BY 1
---
SELECT id "order", product "group" FROM sale ORDER BY "order"
---
SELECT été, "naïve", 変数 FROM (SELECT 1 AS été, 2 AS "naïve", 3 AS 変数)
---
SELECT/**/id/**/FROM/**/sale/**/ORDER/**/BY/**/id
---
SELECT id -- c1
, /* c2 */ product FROM sale /* c3 -- */ ORDER BY id -- c4
---
SELECT product, count(*) FROM sale GROUP /* by */ BY product ORDER BY 1
---
SELECT printf('%.2f', amount), printf('%5d|%-5d|%05d', 1, 2, 3), printf('%s %q %Q %w', 'a', 'it''s', 'b''c', 'd'), printf('%c%c', 65, 'b'), printf('%e', 12345.678), printf('%x %X %o', 255, 255, 8), format('%,.2f', 1234567.891) FROM sale ORDER BY id
---
SELECT substr('hello', 2, 3), substr('hello', -3), substr('hello', 2, -1), substring('hello', 2), instr('hello', 'l'), replace('aXbX', 'X', ''), trim('xxaxx', 'x'), rtrim('a  '), ltrim('  a'), upper('é'), lower('ABC'), length('é'), length(x'0001'), hex('é'), unicode('é'), char(233, 65), quote(1.5), quote(NULL), soundex('x') IS NULL, zeroblob(3), typeof(1), typeof('a'), typeof(1.0), typeof(NULL), typeof(x'00')
---
SELECT round(2.5), round(-2.5), round(2.567, 2), round(1234, -2), abs(-5), sign(-3), ceil(1.2), floor(-1.2), trunc(-1.9), pow(2, 10), sqrt(2), exp(1), ln(10), log(10), log10(100), log2(8), log(2, 8), mod(7, 3), pi(), sin(0), atan2(1, 1), degrees(pi()), acosh(1), random() IS NOT NULL, max(1, 2, 3)
---
SELECT sum(amount), total(amount), avg(amount), count(*), count(note), count(DISTINCT product), group_concat(product), group_concat(DISTINCT product), group_concat(product, '; '), min(day), max(day), sum(amount) FILTER (WHERE product = 'tea'), avg(DISTINCT amount) FROM sale
---
SELECT product, max(amount), day FROM sale GROUP BY product ORDER BY product
---
SELECT customer_id, group_concat(product, '>') FROM (SELECT * FROM sale ORDER BY day) GROUP BY customer_id
---
SELECT DISTINCT product FROM sale ORDER BY product COLLATE NOCASE DESC NULLS LAST
---
SELECT id FROM sale ORDER BY note IS NULL, note DESC, id ASC LIMIT 3 OFFSET 1
---
SELECT id FROM sale ORDER BY random() LIMIT 0
---
SELECT id FROM sale ORDER BY id LIMIT (SELECT 2) OFFSET 1 + 1
---
SELECT id FROM sale LIMIT -1 OFFSET 3
---
SELECT * FROM sale CROSS JOIN customer ON customer.id = customer_id ORDER BY sale.id
---
SELECT s.id, c.name FROM sale s LEFT JOIN customer c ON c.id = s.customer_id AND c.region = 'north' ORDER BY s.id
---
SELECT * FROM customer c LEFT JOIN sale s USING (id) ORDER BY 1
---
SELECT * FROM sale s JOIN (customer c JOIN "update" u ON u.id = c.id) ON c.id = s.customer_id ORDER BY s.id
---
SELECT id FROM sale EXCEPT SELECT id FROM customer UNION SELECT 9 ORDER BY 1
---
SELECT * FROM (SELECT id FROM sale ORDER BY id LIMIT 2) UNION ALL SELECT * FROM (SELECT id FROM customer ORDER BY id DESC LIMIT 1)
---
SELECT (SELECT count(*) FROM sale s WHERE s.customer_id = c.id), EXISTS (SELECT 1 FROM sale WHERE customer_id = c.id AND amount > 5), c.id IN (SELECT customer_id FROM sale) FROM customer c ORDER BY c.id
---
SELECT rowid, * FROM sale WHERE rowid BETWEEN 2 AND 4 ORDER BY rowid DESC
---
SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name
---
EXPLAIN QUERY PLAN SELECT * FROM sale
---
EXPLAIN SELECT 1
---
SELECT sum(amount) * 1.0 / (SELECT count(DISTINCT customer_id) FROM sale) AS arpu, round(100.0 * sum(product = 'tea') / count(*), 1) FROM sale
---
SELECT product, sum(amount) AS total, rank() OVER (ORDER BY sum(amount) DESC) AS r FROM sale GROUP BY product HAVING total > 2 ORDER BY r
---
SELECT strftime('%Y-%m', day) ym, sum(amount) s, sum(sum(amount)) OVER (ORDER BY strftime('%Y-%m', day)) c FROM sale GROUP BY ym
---
SELECT id, amount, ntile(4) OVER (ORDER BY amount) AS quartile, row_number() OVER (PARTITION BY product ORDER BY amount DESC, id) AS rn FROM sale WHERE day >= date('2024-01-01') AND day < date('2024-01-01', '+1 year') ORDER BY id
---
SELECT likelihood(1 = 1, 0.5), instr(note, ';'), unlikely(0), iif(1, 'y', 'n') FROM sale ORDER BY id
---
SELECT id FROM sale WHERE product = "tea" ORDER BY id
---
SELECT id FROM main.sale ORDER BY main.sale.id
---
SELECT s1.id, s2.id FROM sale s1 LEFT JOIN sale s2 ON s2.customer_id = s1.customer_id AND s2.day < s1.day ORDER BY 1, 2
---
SELECT count(*) c, product p FROM sale GROUP BY p HAVING c >= 1 ORDER BY c DESC, p LIMIT 10
---
SELECT amount BETWEEN 1 AND 3 AND id > 1, amount NOT BETWEEN 2 AND 3, NOT amount BETWEEN 2 AND 3, amount IN (1.0, 2.0), NOT id IN (1), id = 1 OR id = 2 AND amount > 3, (id = 1 OR id = 2) AND amount > 3 FROM sale ORDER BY id
---
SELECT id FROM sale WHERE product COLLATE NOCASE = 'TEA' AND product COLLATE BINARY <> 'x' AND product IN ('tea' COLLATE NOCASE) ORDER BY id
---
SELECT 5 IS NOT 5 + 1, 1 < 2 IS TRUE, NOT NULL IS NULL, 1 = 2 IS NOT NULL, 'a' LIKE 'A' = 1, 2 BETWEEN 1 AND 3 = 1, 1 IN (1) = 1, 1 IS 1 IS 1, 2 == 2.0, 1 <> 2 != 0, -2 * -3, 2 - -3, 10 - 2 - 3, 100 / 10 / 2, 2 & 3 = 2, 1 | 2 < 4, 1 << 2 + 1, ~1 + 1, - ~ 1
---
SELECT s.*, s.id + 1 AS next, sale2.* FROM sale s JOIN (SELECT id, amount * 2 AS dbl FROM sale) AS sale2 USING (id) ORDER BY s.id
---
SELECT julianday('now') - julianday(max(day)) > 0, date(max(day), '+1 day'), strftime('%Y-%m-%d %H:%M:%S', 'now') IS NOT NULL, current_date = date('now'), CURRENT_TIME IS NOT NULL FROM sale
---
SELECT * FROM sale NATURAL JOIN customer ORDER BY 1
---
SELECT * FROM sale s FULL OUTER JOIN customer c USING (id) ORDER BY 1
---
SELECT id, amount FROM sale WHERE amount = (SELECT max(amount) FROM sale) OR amount = (SELECT min(amount) FROM sale) ORDER BY id;
---
SELECT json_object('a', 1, 'b', json_array(1, 2)) ->> '$.b[0]', json_array(1, 2) -> 0, json_extract(json_object('k', product), '$.k') FROM sale ORDER BY id
---
SELECT value ->> 'a' FROM json_each('[{"a": 1}, {"a": 2}]') WHERE value ->> '$.a' > 1
---
SELECT t.value, count(*) FROM sale s JOIN json_each('["tea", "jam"]') t ON t.value = s.product GROUP BY t.value ORDER BY t.value
---
SELECT j.value FROM json_each('[3,1,2]') AS j ORDER BY j.value
---
SELECT group_concat(value, '') FROM (SELECT value FROM json_each('["a","b"]') ORDER BY key DESC)
---
SELECT abs(random()) % 10 < 10, hex(randomblob(4)) IS NOT NULL, lower(hex(randomblob(16))) IS NOT NULL
---
SELECT sqrt(avg(amount * amount) - avg(amount) * avg(amount)) AS sd, max(amount) - min(amount) AS spread FROM sale
---
SELECT avg(amount) FROM (SELECT amount FROM sale ORDER BY amount LIMIT 2 - (SELECT count(*) FROM sale) % 2 OFFSET (SELECT (count(*) - 1) / 2 FROM sale))
---
SELECT id FROM sale ORDER BY id LIMIT 7 % 4 OFFSET 5 % 2
---
SELECT id FROM sale ORDER BY id LIMIT 1 + 1, 2
---
SELECT id NOT IN (1, 2) = 1, id NOT BETWEEN 2 AND 3 = 0, product NOT LIKE 't%' = 1, note IS NOT NULL = 1, 1 = note IS NOT NULL, 5 <> id NOT IN (1), product NOT GLOB 't*' <> 0, NOT id IN (1) = 0 FROM sale ORDER BY id
---
SELECT sum(product NOT IN ('tea')) * 1.0 / count(*), sum(note IS NOT NULL), avg(product NOT LIKE 't%'), count(*) - sum(note NOTNULL) FROM sale
---
SELECT '{"a.b": 1, "a": {"b": 2}}' ->> 'a.b', '{"a b": 1}' -> 'a b', '{"0": 7}' ->> '0', '[1, 2]' ->> 0, '{"a": [5, 6]}' ->> '$.a[1]', '{"a": [1]}' ->> '$.a[#-1]', '{"a-b": 1}' ->> 'a-b', '{"a-b": 1}' ->> '$."a-b"', '{"a[0]": 3}' ->> 'a[0]'
---
SELECT - ~ 5, ~ -5, ~ ~ 5, - - 5, ~(- id), -(-id) FROM sale ORDER BY id
---
SELECT 0x1F, 1e3, 1.5E-2, .5, 5., 12345678901234567890, -9223372036854775808, TRUE + 1, x'414243', X'00', 'a' || .5
---
SELECT count(*) FROM sale GROUP /* first */ BY product ORDER -- then
BY count(*), product
---
SELECT sum(amount) OVER (PARTITION/* x */BY product ORDER/**/BY id) FROM sale ORDER BY id
---
SELECT product, CASE WHEN amount NOT BETWEEN 2 AND 4 THEN 'out' ELSE 'in' END, iif(note IS NOT NULL, 1, 0) + (note IS NULL) FROM sale WHERE product NOT IN ('x', 'y') AND NOT (id = 9) ORDER BY id
---
SELECT CAST('12abc' AS INTEGER), CAST('1.9' AS INT), CAST(1.9 AS INTEGER), CAST('1e3' AS REAL), CAST(65 AS TEXT), CAST('abc' AS BLOB), CAST('1.50' AS NUMERIC), CAST('5' AS VARCHAR(10)), CAST('5' AS BIGINT), CAST('5' AS DOUBLE), CAST('2024-01-02' AS DATE), CAST(1.5 AS FLOAT), CAST('7' AS BOOLEAN), CAST('5.0' AS DECIMAL), CAST('x' AS CHAR(3)), typeof(CAST('5' AS DATETIME)), typeof(CAST('5' AS UNSIGNED BIG INT)), typeof(CAST('5.5' AS FOO)), typeof(CAST(5 AS STRING)), typeof(CAST('5.5' AS TIMESTAMP)), typeof(CAST(3 AS NVARCHAR(5)))
---
SELECT CAST('12abc' AS INTEGER), CAST('1.9' AS INT), CAST(1.9 AS INTEGER), CAST('1e3' AS REAL), CAST(65 AS TEXT), CAST('abc' AS BLOB), CAST('1.50' AS NUMERIC), CAST('5' AS VARCHAR(10)), CAST('5' AS BIGINT), CAST('5' AS DOUBLE), CAST('2024-01-02' AS DATE), CAST(1.5 AS FLOAT), CAST('7' AS BOOLEAN), CAST('5.0' AS DECIMAL), CAST('x' AS CHAR(3)), typeof(CAST('5' AS DATETIME)), typeof(CAST('5.5' AS FOO)), typeof(CAST(5 AS STRING)), typeof(CAST('5.5' AS TIMESTAMP)), typeof(CAST(3 AS NVARCHAR(5)))
---
SELECT CAST(day AS DATE), typeof(CAST(day AS DATE)), typeof(CAST('5' AS UNSIGNED BIG INT)), CAST('1.5' AS BOOLEAN), CAST('x7' AS STRING), CAST('7' AS "TEXT"), CAST(CAST(amount AS INT) AS VARCHAR(3)) || 'x', CAST(CASE WHEN id > 1 THEN '1.5' END AS NUMERIC(4, 1)), CAST('3' AS POINT), CAST('2.5' AS DOUBLE PRECISION) FROM sale ORDER BY id
---
PRAGMA table_info(sale);
---
pragma main.table_xinfo('sale')
---
PRAGMA /* names */ foreign_key_list([sale])
---
PRAGMA index_list("sale")
---
PRAGMA table_list
---
PRAGMA table_info("order by")
---
SELECT 1e3+1e3 AS a, 2*1e2-3*1e1+1 AS b, 1e3-1e3-1.5e0 AS c, '1e3+1e3' AS d, 5e-1+1e+2 AS e
