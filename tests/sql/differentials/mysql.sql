SELECT {d LOAD_FILE('{dir}/secret.txt')}
---
SELECT {fn SLEEP(0.01)}
---
SELECT {fn LOAD_FILE('{dir}/secret.txt')}
---
SELECT {ts '2024-01-01'} INTO OUTFILE '{dir}/made'
---
SELECT {x SLEEP(0.01)}
---
SELECT {d '2024-01-01'; DELETE FROM sale; }
---
SELECT * FROM JSON_TABLE(LOAD_FILE('{dir}/secret.txt'), '$[*]' COLUMNS (a INT PATH '$.a')) AS t
---
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT LOAD_FILE('{dir}/secret.txt') ON EMPTY)) AS t
---
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT '1' ON EMPTY INTO OUTFILE '{dir}/made')) AS t
---
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT EXISTS PATH SLEEP(0.01))) AS t
---
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$.a' DEFAULT (SELECT erase()) ON ERROR)) AS t
---
SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (SLEEP(0.01) INT PATH '$.a')) AS t
---
VALUES (LOAD_FILE('{dir}/secret.txt'))
---
VALUES (erase()), (2)
---
WITH v AS (VALUES (SLEEP(0.01))) SELECT * FROM v
---
SELECT id FROM sale WHERE id IN (VALUES (erase()))
---
VALUES (1) INTO OUTFILE '{dir}/made'
---
VALUES (1); DELETE FROM sale
---
VALUES (1)) AS x; DELETE FROM sale; SELECT * FROM (VALUES (2)
---
VALUES (1) UNION SELECT SLEEP(0.01)
---
SELECT 1 FROM DUAL INTO OUTFILE '{dir}/made'
---
SELECT 1 FROM DUAL; DELETE FROM sale
---
SELECT 1 FROM DUAL PROCEDURE ANALYSE(SLEEP(0.01))
---
SELECT 1 /*!50000 INTO OUTFILE '{dir}/made' */; DELETE FROM sale
---
SELECT /*!99999 1; */ 1; DELETE FROM sale
---
SELECT 1 /*M! ; DELETE FROM sale */; DELETE FROM sale
---
SELECT /*M!100000 LOAD_FILE('{dir}/secret.txt') */, LOAD_FILE('{dir}/secret.txt')
---
SELECT 1 /* /* */; DELETE FROM sale; -- */
---
SELECT 1 --; 
; DELETE FROM sale
---
SELECT 1--
; DELETE FROM sale
---
SELECT 'a\'; DELETE FROM sale; -- '
; DELETE FROM sale
---
SELECT 'a\\'; DELETE FROM sale; -- '
---
SELECT "a\"; DELETE FROM sale; -- "; DELETE FROM sale
---
SELECT `a``; DELETE FROM sale; --`; DELETE FROM sale
---
SELECT 'a'';' ; DELETE FROM sale
---
SELECT _utf8mb4'a\'; DELETE FROM sale; -- '; DELETE FROM sale
---
SELECT N'a\'; -- '; DELETE FROM sale
---
SELECT x'27'; DELETE FROM sale
---
SELECT 1 # '
; DELETE FROM sale # '
---
SELECT INTERVAL(SLEEP(0.01), 1, 2)
---
SELECT NOW() + INTERVAL SLEEP(0.01) SECOND
---
SELECT NOW() + INTERVAL (LOAD_FILE('{dir}/secret.txt')) DAY
---
SELECT BINARY LOAD_FILE('{dir}/secret.txt')
---
SELECT BINARY(SLEEP(0.01))
---
SELECT 1 XOR SLEEP(0.01)
---
SELECT 1 XOR (erase())
---
SELECT sLeEp/**/(0.01)
---
SELECT SLEEP (0.01)
---
SELECT `SLEEP`(1)
---
SELECT `erase`()
---
SELECT mysql.erase()
---
SELECT test . erase ()
---
SELECT BENCHMARK(1000000000, MD5('x'))
---
SELECT GET_LOCK('x', 10), RELEASE_ALL_LOCKS()
---
SELECT MASTER_POS_WAIT('x', 1, 1)
---
SELECT NEXT VALUE FOR counter
---
SELECT NEXTVAL(counter), LASTVAL(counter), SETVAL(counter, 9)
---
SELECT PREVIOUS VALUE FOR counter
---
SELECT LAST_INSERT_ID(5)
---
SELECT @a := 1
---
SELECT 1 INTO @a
---
SELECT @@datadir
---
SELECT @@global.secure_file_priv
---
SELECT @`a`
---
SELECT * FROM mysql.user
---
SELECT * FROM `mysql`.`global_priv`
---
SELECT * FROM information_schema.processlist
---
SELECT * FROM INFORMATION_SCHEMA . PROCESSLIST
---
SELECT * FROM performance_schema.threads
---
SELECT * FROM sale PARTITION (p0) FOR UPDATE
---
SELECT * FROM sale LOCK IN SHARE MODE
---
SELECT * FROM sale FOR SHARE SKIP LOCKED
---
SELECT id FROM sale LIMIT 1 INTO DUMPFILE '{dir}/made'
---
SELECT id INTO OUTFILE '{dir}/made' FROM sale
---
SELECT id FROM sale UNION SELECT 1 INTO OUTFILE '{dir}/made'
---
TABLE sale INTO OUTFILE '{dir}/made'
---
HANDLER sale OPEN
---
DO SLEEP(0.01)
---
CALL eraser()
---
SHOW KEYS FROM mysql.user; DELETE FROM sale
---
SHOW GRANTS
---
SHOW VARIABLES
---
SHOW PROCESSLIST
---
SHOW FIELDS FROM sale; DELETE FROM sale
---
SHOW BINARY LOGS
---
EXPLAIN FORMAT=JSON DELETE FROM sale
---
ANALYZE FORMAT=JSON DELETE FROM sale
---
EXPLAIN FOR CONNECTION 1
---
DESC DELETE FROM sale
---
SET STATEMENT max_statement_time=1 FOR DELETE FROM sale
---
EXECUTE IMMEDIATE 'DELETE FROM sale'
---
PREPARE x FROM 'DELETE FROM sale'
---
BEGIN NOT ATOMIC DELETE FROM sale; END
---
LOAD DATA INFILE '{dir}/secret.txt' INTO TABLE sale
---
SELECT CONVERT(LOAD_FILE('{dir}/secret.txt') USING utf8mb4)
---
SELECT CAST(LOAD_FILE('{dir}/secret.txt') AS DATETIME(3))
---
SELECT EXTRACTVALUE(LOAD_FILE('{dir}/secret.txt'), '/a'), UPDATEXML('<a/>', '/a', SLEEP(0.01))
---
SELECT GROUP_CONCAT(SLEEP(0.01)) FROM sale
---
SELECT GROUP_CONCAT(id ORDER BY SLEEP(0.01) SEPARATOR ',') FROM sale
---
SELECT * FROM sale ORDER BY SLEEP(0.01)
---
SELECT * FROM sale LIMIT 1 PROCEDURE ANALYSE(EXTRACTVALUE(1, 2))
---
SELECT MATCH (product) AGAINST (LOAD_FILE('{dir}/secret.txt')) FROM sale
---
SELECT CASE WHEN SLEEP(0.01) THEN 1 END
---
SELECT * FROM sale WHERE id = SOME (SELECT SLEEP(0.01))
---
SELECT * FROM (SELECT erase() AS a) x
---
SELECT 1 AS `a`, SYS_GUID(), SYS_EXEC('id')
---
SELECT UUID_SHORT(), CONNECTION_ID(), ROW_COUNT()
