BEGIN EXECUTE IMMEDIATE 'DROP TABLE sale'; END;
---
DECLARE x NUMBER; BEGIN DELETE FROM sale; END;
---
SELECT s.nextval FROM dual
---
SELECT counter.CURRVAL FROM dual
---
SELECT UTL_HTTP.REQUEST('http://evil') FROM dual
---
SELECT utl_inaddr.get_host_address('evil') FROM dual
---
SELECT HTTPURITYPE('http://evil').getclob() FROM dual
---
SELECT * FROM sale@link
---
SELECT dbms_xmlgen.getxml('select 1 from dual') FROM dual
---
SELECT XMLQUERY('1' RETURNING CONTENT) FROM dual
---
SELECT * FROM v$session
---
SELECT * FROM sys.user$
---
SELECT * FROM dba_users
---
SELECT * FROM all_source
---
SELECT * FROM TABLE(evil.run())
---
SELECT * FROM TABLE(dbms_xplan.display())
---
SELECT * FROM EXTERNAL ((x NUMBER) TYPE oracle_loader DEFAULT DIRECTORY d LOCATION ('f'))
---
WITH FUNCTION f RETURN NUMBER IS PRAGMA AUTONOMOUS_TRANSACTION; BEGIN DELETE FROM sale; COMMIT; RETURN 1; END; SELECT f FROM dual
---
SELECT sys_context('userenv', 'host') FROM dual
---
SELECT userenv('sessionid') FROM dual
---
SELECT bfilename('D', 'f') FROM dual
---
SELECT dbms_lock.sleep(10) FROM dual
---
EXPLAIN PLAN FOR SELECT * FROM sale
---
ALTER SESSION SET current_schema = evil
---
FLASHBACK TABLE sale TO BEFORE DROP
---
PURGE RECYCLEBIN
---
LOCK TABLE sale IN EXCLUSIVE MODE
---
SELECT erase FROM dual WHERE evil.erase(1) = 1
---
SELECT * FROM sale FOR UPDATE SKIP LOCKED
---
SET TRANSACTION READ WRITE
