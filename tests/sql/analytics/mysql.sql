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
---
SELECT jt.* FROM JSON_TABLE('[{"a": 1}, {"b": 2}]', '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT '7' ON EMPTY, b INT PATH '$.b' NULL ON EMPTY)) AS jt
---
SELECT jt.* FROM JSON_TABLE('[{"a": "x"}]', '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT '9' ON EMPTY DEFAULT '8' ON ERROR)) AS jt
---
SELECT jt.* FROM JSON_TABLE('[{"a": 1}, {"b": 2}]', '$[*]' COLUMNS (i FOR ORDINALITY, has INT EXISTS PATH '$.a')) AS jt
---
SELECT jt.* FROM JSON_TABLE('[{"a": 1, "l": [1, 2]}]', '$[*]' COLUMNS (a INT PATH '$.a', NESTED PATH '$.l[*]' COLUMNS (x INT PATH '$'))) AS jt
---
SELECT jt.* FROM JSON_TABLE('[{"a": "x"}]', '$[*]' COLUMNS (a INT PATH '$.a' NULL ON ERROR)) AS jt
---
SELECT {d '2024-01-01'}, {t '10:11:12'}, {ts '2024-01-01 10:11:12'}
---
SELECT id FROM sale WHERE day >= {d '2024-01-09'} ORDER BY id
---
SELECT id, SUM(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING), AVG(amount) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM sale ORDER BY id
---
SELECT id, SUM(amount) OVER (PARTITION BY product ORDER BY day ROWS UNBOUNDED PRECEDING) AS running, CUME_DIST() OVER (ORDER BY amount), NTH_VALUE(id, 2) OVER (ORDER BY id) FROM sale ORDER BY id
---
SELECT id, LAG(amount) OVER w, LEAD(amount, 2) OVER w, FIRST_VALUE(product) OVER w, DENSE_RANK() OVER w FROM sale WINDOW w AS (ORDER BY id) ORDER BY id
---
SELECT product, YEAR(day) AS y, SUM(amount) FROM sale GROUP BY product, YEAR(day) WITH ROLLUP
---
SELECT COALESCE(product, 'all'), SUM(amount) FROM sale GROUP BY product WITH ROLLUP HAVING SUM(amount) > 1
---
SELECT product, COUNT(*) AS n FROM sale GROUP BY 1 HAVING n > 1 ORDER BY n DESC, 1
---
SELECT product, SUM(amount) total FROM sale GROUP BY product ORDER BY total DESC LIMIT 3 OFFSET 1
---
WITH RECURSIVE f (n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM f WHERE n < 10) SELECT n, a FROM f
---
WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n % 3 + 1 FROM t) SELECT * FROM t ORDER BY n
---
WITH RECURSIVE t (n, s) AS (SELECT 1, CAST('1' AS CHAR(50)) UNION ALL SELECT n + 1, CONCAT(s, ',', n + 1) FROM t WHERE n < 4) SELECT * FROM t
---
SELECT JSON_EXTRACT('{"a": [1, 2, {"b": 3}]}', '$.a[2].b'), JSON_EXTRACT('[1,2,3]', '$[*]'), JSON_EXTRACT('{"a": {"c": 1}, "b": {"c": 2}}', '$**.c'), JSON_VALUE('{"a": 1}', '$.a')
---
SELECT JSON_OBJECT('a', 1, 'b', JSON_ARRAY(1, 'x', NULL)), JSON_MERGE_PRESERVE('[1]', '[2]'), JSON_ARRAY_APPEND('[1]', '$', 2), JSON_LENGTH('[1,2]'), JSON_TYPE('{}'), JSON_VALID('x'), JSON_KEYS('{"a":1}'), JSON_EXISTS('{"a":1}', '$.a'), JSON_COMPACT('{ "a": 1}'), JSON_QUOTE('a"b'), JSON_UNQUOTE('"a"')
---
SELECT JSON_OBJECTAGG(product, amount), JSON_ARRAYAGG(DISTINCT product ORDER BY product LIMIT 2) FROM sale
---
SELECT id, COALESCE(JSON_VALUE(note, '$.a.b'), 'none') FROM sale WHERE JSON_VALID(note) ORDER BY id
---
SELECT DATE_FORMAT(day, '%x-W%v'), DATE_FORMAT(day, '%Y-%m-01'), WEEK(day, 3), YEARWEEK(day), QUARTER(day), MICROSECOND('10:00:00.5'), TO_SECONDS('2024-01-01') FROM sale ORDER BY id
---
SELECT day + INTERVAL 1 DAY, INTERVAL 1 DAY + day, DATE_ADD(day, INTERVAL -1 MONTH), DATE_ADD('2024-01-01 00:00:00', INTERVAL '1:30' MINUTE_SECOND), ADDDATE(day, 5), SUBDATE(day, INTERVAL 1 WEEK), ADDDATE(day, INTERVAL 2 DAY), DATE_SUB(day, INTERVAL 1.5 HOUR) FROM sale ORDER BY id
---
SELECT TIMESTAMPDIFF(SECOND, '2024-01-01', '2024-01-02 00:00:01'), TIMESTAMPDIFF(YEAR, '2000-06-01', day), TIMESTAMPADD(MICROSECOND, 5, '2024-01-01'), TIMEDIFF('10:00', '09:30'), DATEDIFF('2024-03-01', day), EXTRACT(DAY_HOUR FROM '2024-01-02 03:04:05'), EXTRACT(MICROSECOND FROM '2024-01-01 00:00:00.5') FROM sale ORDER BY id
---
SELECT UNIX_TIMESTAMP('2024-01-01'), FROM_UNIXTIME(0), FROM_UNIXTIME(86400.5), STR_TO_DATE('1 Jan 2024', '%e %b %Y'), STR_TO_DATE('10:30 PM', '%h:%i %p'), DATE('2024-01-01 10:00'), TIME('10:00'), TIMESTAMP('2024-01-01', '10:00'), YEAR('2024-01-01'), MAKEDATE(2024, 60), LAST_DAY('2024-02-01'), SEC_TO_TIME(100), TIME_FORMAT('10:05', '%H-%i'), CONVERT_TZ('2024-01-01', '+00:00', '-05:00')
---
SELECT NOW(3) >= NOW(0), CURDATE() = CURRENT_DATE, CURTIME() >= '00:00', CURRENT_TIMESTAMP > '2000-01-01', LOCALTIMESTAMP > 0, UTC_DATE > 0, UTC_TIMESTAMP(6) IS NULL, CURRENT_TIME IS NULL, CURRENT_DATE() - INTERVAL 1 DAY < NOW()
---
SELECT GROUP_CONCAT(DISTINCT product ORDER BY product ASC SEPARATOR ';'), GROUP_CONCAT(id), GROUP_CONCAT(product, ':', id ORDER BY id DESC), GROUP_CONCAT(product SEPARATOR '') FROM sale
---
SELECT SUM(product = 'tea'), SUM(amount > 2) / COUNT(*), COUNT(IF(amount > 2, 1, NULL)), COUNT(DISTINCT product, customer_id), AVG(amount > 2), MAX(product), BIT_OR(id) FROM sale
---
SELECT product REGEXP '^[[:alpha:]]+$', product RLIKE 'a$', NOT product REGEXP 'x', product NOT REGEXP '^t', product REGEXP BINARY 'T', REGEXP_INSTR(product, 'a'), REGEXP_SUBSTR(product, '[aeiou]'), REGEXP_REPLACE(product, '[aeiou]', ''), 'a\\b' REGEXP '\\\\' FROM sale ORDER BY id
---
SELECT name, region <=> NULL, region IS NULL, region IS NOT NULL, ISNULL(region), region = NULL FROM customer ORDER BY id
---
SELECT CASE product WHEN 'tea' THEN 1 ELSE 0 END, CASE WHEN amount BETWEEN 1 AND 2 THEN 'low' WHEN amount > 2 THEN 'high' END, IF(amount > 2, IF(id > 1, 'a', 'b'), 'c'), ELT(1, 'x'), INTERVAL(5, 1, 10) FROM sale ORDER BY id
---
SELECT CONCAT(name, ' ', region), CONCAT_WS('-', name, NULL, region), UPPER(name), LCASE(name), LPAD(id, 3, '0'), LEFT(name, 1), RIGHT(name, 1), SUBSTRING_INDEX('a.b.c', '.', -1), REPLACE(name, 'a', 'b'), REVERSE(name), LENGTH(name), CHAR_LENGTH(name), LOCATE('d', name, 1), POSITION('d' IN name), INSTR(name, 'd'), SPACE(2), TRIM(BOTH 'A' FROM name), TRIM(TRAILING 'a' FROM name), RTRIM(' a '), SUBSTRING(name FROM 1 FOR 2), SUBSTR(name FROM 2), MID(name, 1, 1), ASCII(name), ORD('é'), HEX(name), FORMAT(1234567.891, 2), FORMAT(1234.5, 2, 'de_DE'), CHAR(65, 66), STRCMP('a', 'b'), FIND_IN_SET('b', 'a,b') FROM customer ORDER BY id
---
SELECT 'a' 'b' "c", 'it''s', "say ""hi""", 'tab\there', 'new\nline', 'nul\0x', 'per\%cent', 'und\_er', 'back\\slash', 'q\'q', "d\"d", '\x', '\z', '\Z'
---
SELECT _utf8mb4'é', _latin1 x'E9', _binary 'abc', N'national', 'a' COLLATE utf8mb4_general_ci = 'A', _utf8mb4 'x' COLLATE utf8mb4_bin = 'X', CONVERT('abc' USING latin1), CONVERT('5', SIGNED), CONVERT('a', CHAR(1)), CONVERT(1, DECIMAL(5, 2)), CAST('a' AS CHAR CHARACTER SET latin1), BINARY 'a' = 'A'
---
SELECT 5 DIV 2, -5 DIV 2, 5 MOD 3, 5 % 3, MOD(5, 3), 5 / 2, 2 + 3 * 4 - 1, -(-3), - - 3, +5, ~5 & 7, 5 | 2, 5 ^ 1, 1 << 3 >> 1, 3 = 3 = 1, 3 > 2 > 1, NOT 1 = 2, ! 1 = 0, 1 OR 0 AND 0, 1 XOR 1 OR 1, 1 || 0 && 0
---
SELECT 1 = 1 IS TRUE, NULL IS UNKNOWN, NULL IS NOT UNKNOWN, 1 IS NOT FALSE, 2 BETWEEN 1 AND 3 AND 1, NOT 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 1 AND 3, 2 IN (1, 2), NOT 2 IN (1, 2), 2 NOT IN (1, 3), 'a' LIKE 'A', 'a' NOT LIKE 'b', 'a%' LIKE 'a|%' ESCAPE '|', 'a' LIKE BINARY 'A', NULL <=> NULL, 1 <> 2, 1 != 2
---
SELECT POW(2, 3), POWER(2, -1), SQRT(16), ROUND(2.5), ROUND(-2.5), ROUND(1234.567, -2), TRUNCATE(1.999, 2), CEIL(1.2), FLOOR(-1.2), ABS(-5), SIGN(-2), EXP(0), LN(1), LOG(2, 8), LOG10(100), LOG2(8), PI(), DEGREES(PI()), RADIANS(180), SIN(0), ATAN2(1, 1), GREATEST(1, 2.5), LEAST('a', 'b'), CRC32('a'), CONV(10, 10, 2), RAND(1), RAND(5) < 1
---
SELECT STDDEV_SAMP(amount), VAR_POP(amount), VARIANCE(amount), STD(amount), MEDIAN(amount) OVER () FROM sale
---
SELECT s.*, c.name FROM sale s INNER JOIN customer c ON s.customer_id = c.id LEFT OUTER JOIN kind k ON k.id = s.id RIGHT JOIN (SELECT 1 AS id) o ON o.id = s.id ORDER BY s.id
---
SELECT * FROM sale NATURAL JOIN (SELECT 1 AS id) t
---
SELECT a.id FROM sale a JOIN sale b USING (id) CROSS JOIN customer c ORDER BY 1
---
SELECT a.id, b.id FROM sale a, customer b WHERE a.customer_id = b.id ORDER BY 1
---
SELECT * FROM (sale s, customer c) WHERE s.customer_id = c.id ORDER BY s.id
---
SELECT id FROM sale WHERE id IN (SELECT customer_id FROM sale GROUP BY customer_id HAVING COUNT(*) > 1) ORDER BY id
---
SELECT id FROM sale WHERE (customer_id, amount) IN (SELECT customer_id, MAX(amount) FROM sale GROUP BY customer_id) ORDER BY id
---
SELECT id, (SELECT name FROM customer c WHERE c.id = s.customer_id LIMIT 1) AS n FROM sale s ORDER BY id
---
SELECT id FROM sale UNION SELECT id FROM customer UNION ALL SELECT 99 ORDER BY id LIMIT 10
---
SELECT id FROM sale EXCEPT SELECT id FROM customer ORDER BY id
---
SELECT id FROM sale INTERSECT SELECT id FROM customer
---
(SELECT id FROM sale LIMIT 1) UNION (SELECT 5 ORDER BY 1) ORDER BY 1 DESC
---
SELECT DISTINCT product, customer_id FROM sale ORDER BY product, customer_id
---
SELECT ALL product FROM sale ORDER BY id
---
SELECT SQL_CALC_FOUND_ROWS id FROM sale ORDER BY id LIMIT 2
---
SELECT SQL_SMALL_RESULT SQL_BUFFER_RESULT product, COUNT(*) FROM sale GROUP BY product ORDER BY 1
---
SELECT id FROM sale ORDER BY id FETCH FIRST 2 ROWS ONLY
---
SELECT id, amount FROM sale ORDER BY product FETCH FIRST 1 ROWS WITH TIES
---
SELECT id FROM sale ORDER BY amount DESC, id ASC LIMIT 2, 2
---
SELECT/**/id/**/FROM/**/sale/**/ORDER/**/BY/**/id
---
SELECT id -- comment
, product # other
FROM sale /* multi
line */ ORDER BY id
---
SELECT 1-- 1
---
SELECT 5--1
---
SELECT `id`, `sale`.`product`, `s 1`.`été` FROM sale, (SELECT 2 AS `été`) `s 1` ORDER BY `id`
---
SELECT id AS 'quoted alias', product AS "double", amount AS `a b`, day AS été FROM sale ORDER BY id
---
SELECT id `rank`, product `order` FROM sale ORDER BY `rank`
---
SELECT s.id FROM sale AS s USE INDEX () ORDER BY s.id
---
SELECT id FROM sale WHERE amount > 2 && product <> 'oil' || id = 5 ORDER BY id
---
SELECT SUM(IF(product = 'tea', amount, 0)) AS tea, SUM(CASE product WHEN 'jam' THEN amount END) AS jam, MAX(IF(id = 1, product, NULL)) FROM sale
---
SELECT day, SUM(amount) AS total, SUM(SUM(amount)) OVER (ORDER BY day) AS running FROM sale GROUP BY day ORDER BY day
---
SELECT DATE_FORMAT(day, '%Y-%m') ym, COUNT(*) c, ROUND(SUM(amount), 2) s, ROUND(AVG(amount), 2) a FROM sale WHERE day BETWEEN '2024-01-01' AND '2024-12-31' GROUP BY ym WITH ROLLUP
---
SELECT * FROM (SELECT s.*, ROW_NUMBER() OVER (PARTITION BY product ORDER BY amount DESC) rn FROM sale s) r WHERE rn = 1 ORDER BY id
---
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount) OVER (PARTITION BY product) FROM sale ORDER BY 1
---
SELECT seq FROM seq_1_to_5
---
SELECT seq FROM seq_1_to_10_step_3 WHERE seq > 1
---
SELECT DATE_ADD('2024-01-01', INTERVAL seq DAY) AS d, COUNT(s.id) FROM seq_0_to_10 LEFT JOIN sale s ON s.day = DATE_ADD('2024-01-01', INTERVAL seq DAY) GROUP BY d ORDER BY d
---
SELECT JSON_EXTRACT(data, '$.a[0]'), price, ratio, CAST(price AS SIGNED), CAST(price AS UNSIGNED), CAST(price AS CHAR), CAST(at AS DATE), CAST(at AS TIME), CAST(at AS DATETIME(3)), EXTRACT(HOUR FROM clock), TIME_TO_SEC(clock) FROM kind ORDER BY id
---
SELECT id FROM sale WHERE day >= DATE_SUB('2024-03-01', INTERVAL 30 DAY) AND day < '2024-03-01' + INTERVAL 1 DAY AND YEAR(day) = 2024 ORDER BY id
---
SELECT id FROM sale WHERE NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = sale.customer_id AND c.region = 'north') AND amount > ALL (SELECT 0) AND amount <= ANY (SELECT MAX(amount) FROM sale) ORDER BY id
---
VALUES (1, 2), (3, 4) UNION SELECT 5, 6
---
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v WHERE `1` > 1
---
WITH v (a, b) AS (VALUES (1, 'a'), (2, 'b')) SELECT * FROM v ORDER BY a DESC
---
EXPLAIN FORMAT=JSON SELECT * FROM sale WHERE id = 1
---
SHOW FULL COLUMNS FROM sale
---
SHOW COLUMNS IN sale
---
SHOW INDEXES FROM sale
---
SHOW KEYS IN customer
---
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
---
SELECT id DIV 2 AS bucket, COUNT(*) FROM sale GROUP BY id DIV 2 ORDER BY bucket
---
SELECT IFNULL(SUM(amount), 0) / NULLIF(COUNT(DISTINCT customer_id), 0) AS arpu FROM sale
---
SELECT product, amount FROM sale s1 WHERE 2 > (SELECT COUNT(*) FROM sale s2 WHERE s2.product = s1.product AND s2.amount > s1.amount) ORDER BY product, amount
---
SELECT ROW(1, 2) = (1, 2), (1, 2) < (1, 3), (SELECT 1, 2) = (1, 2), EXISTS (SELECT NULL), NOT EXISTS (SELECT 1 FROM sale WHERE FALSE)
---
SELECT WEIGHT_STRING('a'), COLLATION('a'), CHARSET('a'), COERCIBILITY('a')
---
SELECT 'x' = 'X ', 'a' < 'B', 'é' = 'e', BINARY 'a' < 'B', 'a' COLLATE utf8mb4_bin < 'B', 1 + '1', '5 apples' + 0, 'a' + 1
---
SELECT product AS p, p FROM sale s LEFT JOIN (SELECT 1 p) x ON TRUE WHERE s.id = 1
---
SELECT 1 WHERE 1 = 1
---
SELECT 1 FROM DUAL WHERE EXISTS (SELECT 1)
---
SELECT COUNT(*), COUNT(ALL product), SUM(ALL amount), MIN(DISTINCT amount) FROM sale
---
SELECT date(day), time('10:00'), year(day), `day`, sale.day, `sale`.day, day AS date, day AS time, 1 AS year FROM sale ORDER BY id
---
SELECT STR_TO_DATE(CONCAT(YEARWEEK(day), ' Monday'), '%X%V %W'), DATE_SUB(day, INTERVAL WEEKDAY(day) DAY), DATE_FORMAT(day, '%Y-%m-%d %H:%i:%s'), MONTH(day) + 12 * YEAR(day) FROM sale ORDER BY id
---
SELECT id NOT IN (1, 2) = TRUE, id NOT BETWEEN 2 AND 3 = 0, product NOT LIKE 't%' = 1, 5 = id NOT IN (1), NOT id IN (1) = 0, product NOT REGEXP '^t' = 1, (note IS NOT NULL) + 1, note IS NOT NULL = 1 FROM sale ORDER BY id
---
SELECT SUM(product NOT IN ('tea')) / COUNT(*), SUM(note IS NOT NULL), AVG(product NOT LIKE 't%'), SUM(NOT note IS NULL) FROM sale
---
SELECT DATE_ADD('2024-01-01', INTERVAL 1.5 HOUR), DATE_SUB('2024-01-01', INTERVAL -2.5 DAY), '2024-01-01' + INTERVAL 0.5 SECOND, DATE_ADD('2024-01-01', INTERVAL 1e1 DAY), '2024-01-01' + INTERVAL '1.5' SECOND
---
VALUES (1, 2), (3, 4) ORDER BY 1 DESC LIMIT 1
---
VALUES (1), (2) UNION ALL VALUES (3) ORDER BY 1
---
SELECT id FROM sale WHERE id IN (VALUES (1), (2)) ORDER BY id
---
WITH v (a, b) AS (VALUES (1, 'a'), (2, 'b')), w AS (SELECT a FROM v UNION VALUES (9)) SELECT * FROM w ORDER BY a
---
SELECT 1 FROM DUAL
---
SELECT (SELECT 1 FROM DUAL) + 1 FROM DUAL WHERE 1 = 1 LIMIT 1
---
SELECT TRUE XOR (FALSE), BINARY (id) = 1, CAST('2024-01-01 10:00:00.5' AS DATETIME(3)), CHARSET('a'), COLLATION(product) = COLLATION('a'), COERCIBILITY('a') FROM sale WHERE id = 1
---
SHOW FIELDS FROM sale
---
SELECT COUNT(*) FROM sale GROUP /* first */ BY product ORDER -- then
BY COUNT(*), product
---
SELECT jt.sku, jt.price, jt.ok FROM JSON_TABLE('[{"sku": "a", "price": "x"}, {"price": 2}]', '$[*]' COLUMNS (
  n FOR ORDINALITY, sku VARCHAR(10) PATH '$.sku' DEFAULT 'it''s' ON EMPTY, price INT PATH '$.price' DEFAULT '0' ON ERROR,
  ok INT EXISTS PATH '$.sku', NESTED PATH '$.l[*]' COLUMNS (x INT PATH '$' NULL ON EMPTY NULL ON ERROR))) AS jt
---
SELECT id, product FROM sale WHERE NOT (product <=> 'tea') AND product NOT IN ('x') AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = sale.id + 10) ORDER BY id
---
SELECT a.product, a.total, b.total AS previous, ROUND((a.total - b.total) / b.total * 100, 1) AS growth FROM
  (SELECT product, SUM(amount) total, MONTH(day) m FROM sale GROUP BY product, MONTH(day)) a LEFT JOIN
  (SELECT product, SUM(amount) total, MONTH(day) m FROM sale GROUP BY product, MONTH(day)) b ON a.product = b.product AND a.m = b.m + 1 ORDER BY 1, a.m
---
SELECT id, CASE WHEN amount NOT BETWEEN 2 AND 4 THEN 'out' ELSE 'in' END AS band, IF(product NOT LIKE 't%', 'other', 'tea') FROM sale ORDER BY id
---
SELECT TIME '10:11:12.5', DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.25', {t '10:11:12.25'}, {ts '2024-01-01 10:11:12.5'}, TIME '10:00:00.5' + INTERVAL 1 SECOND
---
SELECT 1e3+1e3 AS a, 2*1e2-3*1e1+1 AS b, 1e3-1e3-1.5e0 AS c, '1e3+1e3' AS d, 5e-1+1e+2 AS e
---
SELECT DATE_ADD('2022-10-26', INTERVAL 1 SECOND) AS a, '2022-10-26' + INTERVAL -2 DAY AS b, INTERVAL(23, 1, 15, 17, 30, 44, 200) AS c, day + INTERVAL id HOUR AS d FROM sale ORDER BY id
---
SELECT a.id FROM sale a JOIN sale b JOIN customer c ON a.id = b.id AND b.id = c.id ORDER BY a.id
---
SELECT ST_NumPoints(ST_GeomFromText('LINESTRING(0 0,1 1,2 2)')) AS n, ST_AsText(ST_Centroid(ST_GeomFromText('POLYGON((0 0,2 0,2 2,0 2,0 0))'))) AS c, ST_IsClosed(LINESTRING(POINT(0,0), POINT(1,1))) AS closed, IS_IPV4_MAPPED(INET6_ATON('::10.0.0.1')) AS mapped
