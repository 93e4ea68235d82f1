SELECT * FROM TABLE(system.query(query => 'DELETE FROM sale'))
---
SELECT * FROM TABLE(postgresql.system.query(query => 'DROP TABLE sale'))
---
SELECT * FROM TABLE(mysql.system.query('x'))
---
CALL system.runtime.kill_query('x')
---
CALL iceberg.system.expire_snapshots('x')
---
SELECT * FROM system.runtime.queries
---
SELECT * FROM system.metadata.catalogs
---
SELECT * FROM system.jdbc.tables
---
SET SESSION query_max_run_time = '1d'
---
RESET SESSION x
---
SET ROLE admin
---
PREPARE p FROM DELETE FROM sale
---
EXECUTE p
---
EXECUTE IMMEDIATE 'DELETE FROM sale'
---
DEALLOCATE PREPARE p
---
EXPLAIN ANALYZE DELETE FROM sale
---
EXPLAIN ANALYZE SELECT * FROM TABLE(system.query(query => 'x'))
---
EXPLAIN INSERT INTO sale SELECT 1
---
WITH FUNCTION f() RETURNS INT RETURN 1 SELECT f()
---
CREATE CATALOG x USING memory
---
ALTER TABLE sale EXECUTE optimize
---
REFRESH MATERIALIZED VIEW x
---
START TRANSACTION READ WRITE
---
SELECT evil.default.f(1)
---
SELECT ai_gen('x')
---
SELECT human_name(1)
---
ANALYZE sale
---
GRANT admin TO USER x
---
SHOW CATALOGS
---
SHOW CREATE TABLE sale
---
DENY SELECT ON sale TO x
