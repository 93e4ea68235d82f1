DELETE FROM sale
---
UPDATE sale SET amount = 0
---
INSERT INTO sale VALUES (1)
---
DROP TABLE sale
---
TRUNCATE TABLE sale
---
ALTER TABLE sale ADD x INT
---
CREATE TABLE made (x INT)
---
CREATE TABLE made AS SELECT * FROM sale
---
CREATE VIEW made AS SELECT 1
---
CREATE OR REPLACE FUNCTION f() RETURNS INT AS 'SELECT 1'
---
MERGE INTO sale t USING customer s ON t.id = s.id WHEN MATCHED THEN DELETE
---
GRANT ALL ON sale TO public
---
REVOKE ALL ON sale FROM public
---
COMMIT
---
ROLLBACK
---
BEGIN
---
COMMIT; DROP TABLE sale
---
SELECT 1; DELETE FROM sale
---
SELECT 1; SELECT 2
---
SELECT 1 /* */; DROP TABLE sale --
---
WITH d AS (DELETE FROM sale RETURNING *) SELECT * FROM d
---
WITH t AS (SELECT 1) DELETE FROM sale
---
WITH t AS (SELECT 1 AS x) INSERT INTO sale SELECT x FROM t
---
SELECT * INTO made FROM sale
---
SELECT * FROM sale FOR UPDATE
---
EXPLAIN ANALYZE DELETE FROM sale
---
EXPLAIN DELETE FROM sale
---
CALL eraser()
---
EXEC eraser
---
EXECUTE eraser
---
EXECUTE IMMEDIATE 'DROP TABLE sale'
---
SET x = 1
---
USE other
---
SELECT erase()
---
SELECT evil.lower('x') FROM sale
---
SELECT "evil"."count"(1) FROM sale
---
SELECT evil.pkg.run('x') FROM sale
---
SELECT pg_sleep(10)
---
SELECT sleep(10)
---
SELECT load_file('/etc/passwd')
---
COPY sale TO '/tmp/x'
---
SHOW TABLES
---
DESCRIBE sale
---
BEGIN DELETE FROM sale; END
---
DECLARE x INT
---
SELECT 1 FROM sale DELETE FROM sale
---
SELECT 1 DROP TABLE sale
---
/* hidden */ DROP TABLE sale
---
(((DELETE FROM sale)))
---
SELECT * FROM (DELETE FROM sale RETURNING *) x
---
SELECT '1' || erase()
---
SELECT * FROM sale WHERE id = erase()
---
SELECT count(*) FROM sale ORDER BY erase()
---
ANALYZE sale
---
LOCK TABLE sale
---
COMMENT ON TABLE sale IS 'x'
---
KILL 1
---
SAVEPOINT a
---
LOAD DATA INFILE '/etc/passwd' INTO TABLE sale
---
INSTALL httpfs
