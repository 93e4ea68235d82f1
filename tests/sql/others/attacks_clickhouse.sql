SELECT * FROM file('/etc/passwd', 'LineAsString')
---
SELECT file('/etc/passwd')
---
SELECT * FROM url('http://evil', 'CSV')
---
SELECT * FROM s3('http://x', 'CSV')
---
SELECT * FROM remote('host', system.one)
---
SELECT * FROM mysql('h', 'd', 't', 'u', 'p')
---
SELECT * FROM postgresql('h', 'd', 't', 'u', 'p')
---
SELECT * FROM executable('sh -c id', 'TSV', 'x String')
---
SELECT * FROM hdfs('x', 'CSV')
---
SELECT * FROM odbc('x', 'y', 'z')
---
SELECT * FROM jdbc('x', 'y')
---
SELECT * FROM mongodb('h', 'd', 'c', 'u', 'p', 'x Int')
---
SELECT * FROM clusterAllReplicas('c', system.one)
---
SELECT * FROM merge('x', '.*')
---
SELECT * FROM input('x Int')
---
SELECT * FROM sale INTO OUTFILE '/tmp/x'
---
INSERT INTO FUNCTION file('x') SELECT 1
---
SELECT 1 SETTINGS readonly = 0
---
SELECT * FROM sale SETTINGS max_execution_time = 0
---
SET readonly = 0
---
SELECT getSetting('x')
---
SELECT hostName()
---
SELECT sleepEachRow(3)
---
SELECT getMacro('x')
---
SELECT dictGet('d', 'x', 1)
---
SELECT joinGet('t', 'x', 1)
---
SELECT catboostEvaluate('/x', 1)
---
SELECT * FROM system.users
---
SELECT * FROM system.processes
---
SELECT * FROM system.query_log
---
SYSTEM SHUTDOWN
---
SYSTEM RELOAD CONFIG
---
OPTIMIZE TABLE sale
---
ATTACH TABLE x FROM '/x'
---
KILL QUERY WHERE 1
---
EXCHANGE TABLES a AND b
---
RENAME TABLE sale TO x
---
ALTER TABLE sale DELETE WHERE 1
---
DETACH TABLE sale
---
WATCH x
---
SELECT * FROM sqlite('x', 'y')
---
SELECT * FROM fuzzQuery('x')
---
SELECT * FROM a.b.c
---
SELECT evalMLMethod(x, 1) FROM sale
---
CREATE FUNCTION f AS (x) -> x
---
SELECT * FROM `\x01system`.`users`
