SELECT DATE_FORMAT(day, '%Y-%m') AS month, SUM(amount) AS total, LAG(SUM(amount)) OVER (ORDER BY DATE_FORMAT(day, '%Y-%m')) AS previous
FROM sale GROUP BY month ORDER BY month
---
SELECT id, SUM(amount) OVER w, AVG(amount) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), ROW_NUMBER() OVER w
FROM sale WINDOW w AS (PARTITION BY customer_id ORDER BY day) ORDER BY id
---
SELECT id, NTILE(2) OVER (ORDER BY amount), PERCENT_RANK() OVER (ORDER BY amount), LAST_VALUE(id) OVER
  (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM sale ORDER BY id
---
WITH RECURSIVE days AS (SELECT DATE('2024-01-01') AS d UNION ALL SELECT DATE_ADD(d, INTERVAL 1 DAY) FROM days WHERE d < '2024-01-05')
SELECT d, COALESCE(SUM(s.amount), 0) FROM days LEFT JOIN sale s ON s.day = d GROUP BY d ORDER BY d
---
SELECT INTERVAL(23, 1, 15, 17, 30, 44), INTERVAL(amount, 1, 2, 5) FROM sale ORDER BY id
---
SELECT /*+ MAX_EXECUTION_TIME(1000) */ id FROM sale ORDER BY id
---
SELECT /*+ NO_INDEX_MERGE(sale) SET_VAR(sort_buffer_size = 16M) */ COUNT(*) FROM sale
---
SELECT STRAIGHT_JOIN s.id FROM sale s JOIN customer c ON c.id = s.customer_id ORDER BY s.id
---
SELECT SQL_NO_CACHE id FROM sale ORDER BY id
---
SELECT HIGH_PRIORITY SQL_BIG_RESULT product, COUNT(*) FROM sale GROUP BY product ORDER BY product
---
SELECT DISTINCTROW product FROM sale ORDER BY product
---
VALUES (1, 'a'), (2, 'b')
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v
---
SELECT JSON_EXTRACT(note, '$.a.b') + 1, JSON_UNQUOTE(JSON_EXTRACT(note, '$.a')), JSON_SEARCH('{"x": "y"}', 'one', 'y') FROM sale WHERE note LIKE '{%' ORDER BY id
---
SELECT jt.sku, SUM(jt.qty) FROM JSON_TABLE('[{"sku": "x", "qty": 2}, {"sku": "y"}]', '$[*]'
  COLUMNS (n FOR ORDINALITY, sku VARCHAR(10) PATH '$.sku', qty INT PATH '$.qty')) AS jt
GROUP BY jt.sku ORDER BY jt.sku
---
SELECT s.id, j.b FROM sale s, JSON_TABLE(s.note, '$.a' COLUMNS (b INT PATH '$.b')) AS j WHERE s.id IN (1, 3) ORDER BY s.id
---
SELECT JSON_SET('{"a": 1}', '$.b', 2), JSON_REMOVE('{"a": 1}', '$.a'), JSON_MERGE_PATCH('{"a": 1}', '{"b": 2}'), JSON_DEPTH('[1, [2]]')
---
SELECT JSON_CONTAINS('[1, 2]', '1'), JSON_OVERLAPS('[1]', '[1, 2]'), JSON_VALUE('{"a": "x"}', '$.a'), JSON_QUERY('{"a": [1]}', '$.a'), JSON_ARRAYAGG(product ORDER BY id) FROM sale
---
SELECT product, GROUP_CONCAT(DISTINCT CONCAT(customer_id, ':', amount) ORDER BY amount DESC SEPARATOR ' | ') FROM sale GROUP BY product ORDER BY product
---
SELECT GROUP_CONCAT(product ORDER BY id LIMIT 2) FROM sale
---
SELECT product, customer_id, SUM(amount) FROM sale GROUP BY product, customer_id WITH ROLLUP
---
SELECT SUM(IF(MONTH(day) = 1, amount, 0)) AS jan, SUM(CASE WHEN MONTH(day) = 2 THEN amount ELSE 0 END) AS feb FROM sale GROUP BY product ORDER BY product
---
SELECT TIMESTAMPDIFF(MONTH, '2024-01-01', day), TIMESTAMPADD(WEEK, 1, day), DATEDIFF(day, '2024-01-01'), DATE(day), TIME('2024-01-01 10:11:12') FROM sale ORDER BY id
---
SELECT day + INTERVAL 1 MONTH - INTERVAL 2 DAY, DATE_SUB(day, INTERVAL '1 2' DAY_HOUR), DATE_ADD(day, INTERVAL 1 QUARTER), day - INTERVAL id WEEK FROM sale ORDER BY id
---
SELECT EXTRACT(YEAR_MONTH FROM day), EXTRACT(WEEK FROM day), YEARWEEK(day, 3), WEEKDAY(day), MAKETIME(1, 2, 3), DAYOFYEAR(day), PERIOD_DIFF(202403, 202401) FROM sale ORDER BY id
---
SELECT STR_TO_DATE('03/02/2024', '%d/%m/%Y'), FROM_UNIXTIME(1704067200, '%Y-%m-%d'), CONVERT_TZ('2024-01-01 12:00:00', '+00:00', '+02:00'), GET_FORMAT(DATE, 'ISO'), SEC_TO_TIME(3700)
---
SELECT UTC_TIMESTAMP() IS NOT NULL, UTC_DATE() = UTC_DATE, SYSDATE() IS NOT NULL, CURRENT_TIMESTAMP(3) IS NOT NULL, LOCALTIME() IS NOT NULL
---
SELECT DATE '2024-01-02', TIME '10:11:12', TIMESTAMP '2024-01-02 03:04:05'
---
SELECT product REGEXP '^(tea|jam)$', product NOT RLIKE '^t', REGEXP_REPLACE(product, '^(.)(.*)$', '\\2\\1'), REGEXP_SUBSTR('a1b22', '[0-9]+') FROM sale ORDER BY id
---
SELECT name LIKE 'A%', name LIKE BINARY 'a%', name NOT LIKE '%\_%', name LIKE 'a|%' ESCAPE '|', BINARY name = 'ada' FROM customer ORDER BY id
---
SELECT SOUNDEX(name), name SOUNDS LIKE 'ado', SUBSTRING(name FROM 2), SUBSTRING(name, 1, 2), SUBSTR(name, -1), INSERT('abc', 2, 1, 'x'), QUOTE(name) FROM customer ORDER BY id
---
SELECT TRIM(LEADING '0' FROM '0012'), TRIM('  x '), ELT(2, 'a', 'b'), FIELD('b', 'a', 'b'), MAKE_SET(3, 'a', 'b'), EXPORT_SET(5, 'Y', 'N', ',', 4), FORMAT(1234.5, 1), CHAR(77, 121 USING utf8mb4)
---
SELECT CONV('ff', 16, 10), HEX(255), BIN(5), OCT(8), CRC32('x'), SHA2('x', 256), MD5('x'), TO_BASE64('abc'), UNHEX('41'), BIT_COUNT(5), TRUNCATE(3.789, 1)
---
SELECT 7 DIV 2, 7 MOD 2, 7 / 2, -7 % 3, 5 ^ 1, ~1, 1 << 3, !0, NOT 1, 1 && 0, 1 || 0, 1 XOR 1, 2 <=> NULL, 3 BETWEEN 1 AND 5, NULL IS NOT TRUE
---
SELECT CAST('2024-01-01' AS DATE), CAST(1 AS CHAR(5) CHARACTER SET utf8mb4), CAST('1.5' AS DOUBLE), CAST('7' AS INTEGER), CONVERT('12', UNSIGNED INTEGER), CAST('a' AS BINARY(2)), CAST('10:00' AS TIME(3)), CAST(id AS FLOAT) FROM sale WHERE id = 1
---
SELECT 'a' 'b', "it's", 'it\'s', '100\%', '; drop table sale', '-- no', '/* no */', 0x4D, X'4D', b'1', 1e3, .5, N'n', _utf8mb4'x' COLLATE utf8mb4_bin
---
SELECT id, note FROM sale WHERE note = '; drop table sale' OR note LIKE '%--%' /* a ; comment */ ORDER BY id -- end
---
SELECT id # hash comment; DROP TABLE sale
FROM sale ORDER BY id
---
SELECT `update`.`select`, u.id AS `the ``id``` FROM `update` JOIN `update` AS u USING (id)
---
SELECT COUNT(*) AS `count`, MAX(`amount`) AS 'max' FROM sale AS `order` WHERE `order`.`amount` > 1
---
SELECT c.* FROM customer AS c FORCE INDEX (PRIMARY) IGNORE INDEX FOR ORDER BY (PRIMARY) ORDER BY c.id
---
SELECT * FROM sale s LEFT JOIN (customer c JOIN kind k ON k.id = c.id) ON c.id = s.customer_id ORDER BY s.id
---
SELECT id, (SELECT COUNT(*) FROM sale i WHERE i.day <= o.day) AS seq FROM sale o ORDER BY id
---
SELECT product FROM sale GROUP BY product HAVING SUM(amount) > (SELECT AVG(amount) FROM sale) ORDER BY NULL
---
SELECT * FROM sale WHERE EXISTS (SELECT * FROM customer c WHERE c.id = sale.customer_id AND c.region <=> NULL) ORDER BY id
---
SELECT (customer_id, product) = (1, 'tea'), ROW(1, 2) IN (ROW(1, 2)), id IN (SELECT id FROM customer) FROM sale ORDER BY id
---
SELECT id FROM sale WHERE amount = SOME (SELECT amount FROM sale WHERE product = 'tea') AND amount <> ALL (SELECT 2) ORDER BY id
---
(SELECT id FROM sale ORDER BY amount DESC LIMIT 2) UNION ALL (SELECT id FROM customer) ORDER BY 1 DESC LIMIT 4
---
SELECT id FROM sale INTERSECT ALL SELECT id FROM customer ORDER BY id
---
WITH t AS (SELECT product, SUM(amount) AS total FROM sale GROUP BY product), r AS (SELECT *, RANK() OVER (ORDER BY total DESC) AS rk FROM t)
SELECT product, total, ROUND(100 * total / (SELECT SUM(total) FROM t), 1) AS pct FROM r WHERE rk <= 3 ORDER BY rk
---
SELECT DISTINCT product, PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY amount) OVER (PARTITION BY product) AS p50, MEDIAN(amount) OVER (PARTITION BY product) FROM sale ORDER BY 1
---
SELECT STDDEV_POP(amount), STDDEV(amount), VARIANCE(amount), VAR_SAMP(amount), BIT_XOR(id), STD(amount) FROM sale
---
SELECT tags, FIND_IN_SET('a', tags) > 0, mood + 0, flags + 0, born, CAST(big AS CHAR), HEX(raw), clock FROM kind ORDER BY id
---
SELECT NVL(note, '-'), NVL2(note, 1, 0), IFNULL(NULLIF(product, 'tea'), 'none'), LEAST(1, 2), GREATEST('a', 'b'), ISNULL(note), COALESCE(note, product) FROM sale ORDER BY id
---
SELECT DATABASE() IS NOT NULL, SCHEMA() IS NOT NULL, VERSION() IS NOT NULL, USER() IS NOT NULL, CURRENT_USER() IS NOT NULL
---
SELECT ST_X(POINT(1, 2)), ST_ASTEXT(ST_GEOMFROMTEXT('POINT(1 2)')), ST_DISTANCE(POINT(0, 0), POINT(3, 4))
---
SELECT SUM(DISTINCT amount), COUNT(DISTINCT product), AVG(DISTINCT amount), MAX(day) - INTERVAL 1 DAY, MIN(day) FROM sale
---
SELECT product, CASE WHEN SUM(amount) > 5 THEN 'A' WHEN SUM(amount) > 2 THEN 'B' ELSE 'C' END AS class FROM sale GROUP BY product ORDER BY 1
---
SHOW FULL TABLES
---
SHOW TABLES LIKE 'sa%'
---
SHOW COLUMNS FROM sale LIKE 'i%'
---
SHOW INDEX FROM customer
---
DESC sale
---
EXPLAIN SELECT * FROM sale
---
EXPLAIN WITH t AS (SELECT 1 AS x) SELECT * FROM t
---
SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name
---
SELECT id FROM sale ORDER BY FIELD(product, 'oil', 'jam', 'tea'), id LIMIT 3
---
SELECT id FROM sale ORDER BY id OFFSET 1 ROW FETCH NEXT 2 ROWS ONLY
---
SELECT 0x4D + 0, x'4D' + 0, 0xff, CONCAT(0x41, 'b')
---
SELECT DAYNAME(day), MONTHNAME(day), DATE_FORMAT(day, '%W %M %e %Y'), LAST_DAY(day), TO_DAYS(day) - TO_DAYS('2024-01-01') FROM sale ORDER BY id
---
WITH gaps AS (SELECT day, DATE_SUB(day, INTERVAL ROW_NUMBER() OVER (ORDER BY day) DAY) AS island FROM (SELECT DISTINCT day FROM sale) d)
SELECT MIN(day), MAX(day), COUNT(*) FROM gaps GROUP BY island ORDER BY 1
