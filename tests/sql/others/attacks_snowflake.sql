SELECT * FROM @stage/file.csv
---
SELECT $1 FROM @~/x
---
SELECT * FROM '@stage/file.csv'
---
LIST @stage
---
PUT file:///etc/passwd @stage
---
GET @stage file:///tmp
---
COPY INTO sale FROM @stage
---
COPY INTO @stage FROM sale
---
SELECT counter.NEXTVAL
---
SELECT SYSTEM$WAIT(10)
---
SELECT SYSTEM$CANCEL_ALL_QUERIES(1)
---
SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
---
SELECT * FROM TABLE(evil.public.udtf())
---
SELECT * FROM TABLE(information_schema.query_history())
---
SELECT * FROM IDENTIFIER('sale')
---
SELECT $secret
---
SET x = (SELECT 1)
---
EXECUTE TASK t
---
UNDROP TABLE sale
---
SELECT SNOWFLAKE.CORTEX.COMPLETE('m', 'x')
---
SELECT AI_COMPLETE('m', 'x')
---
SELECT evil_external_function(1)
---
SHOW TABLES ->> SELECT * FROM $1
---
DELETE FROM sale ->> SELECT 1
---
ALTER SESSION SET x = 1
---
USE ROLE accountadmin
---
SELECT GET_DDL('table', 'sale')
---
SELECT BUILD_SCOPED_FILE_URL(@stage, 'x')
---
SELECT GET_PRESIGNED_URL(@stage, 'x')
---
BEGIN LET x := 1; RETURN x; END
---
SELECT * FROM snowflake.account_usage.query_history
---
SELECT * FROM DIRECTORY(@stage)
