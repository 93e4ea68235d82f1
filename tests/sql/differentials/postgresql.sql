SELECT U&"\0070g_sleep"(1)
---
SELECT U&"!0070g_read_file" UESCAPE '!' ('{dir}/secret.txt')
---
SELECT * FROM U&"\0070g_shadow"
---
SELECT * FROM pg_catalog.U&"\0070g_authid"
---
SELECT * FROM U&"pg\005fauthid"
---
SELECT U&"public"."erase"()
---
SELECT u&"erase"()
---
SELECT 1 OPERATOR(public.+) 2
---
SELECT 1 OPERATOR("public".+) 2
---
SELECT 1 OPERATOR(pg_catalog.+, DELETE) 2
---
SELECT 1 OPERATOR(pg_catalog.+); DELETE FROM sale; SELECT (1) 2
---
SELECT 1 OPERATOR(+) 2) ; DROP TABLE sale; --
---
SELECT 1 OPERATOR(/* x */ public /* y */ . +) 2
---
SELECT OPERATOR(1)
---
SELECT operator('pg_sleep')
---
SELECT 1 OPERATOR(made.<=>) 2
---
SELECT id FROM sale ORDER BY id USING OPERATOR(public.<)
---
SELECT id FROM sale ORDER BY erase() USING <
---
SELECT id FROM sale ORDER BY pg_sleep(0.01) USING >
---
SELECT 'pg_read_file'::regproc('{dir}/secret.txt')
---
SELECT 'pg_sleep(double precision)'::regprocedure
---
SELECT 'erase'::regproc
---
SELECT regprocedure 'erase()'
---
SELECT 'postgres'::regrole
---
SELECT lo_get('4242'::oid)
---
SELECT pg_relation_filepath('sale'::regclass)
---
SELECT nextval('counter'::regclass)
---
SELECT currval('counter'::regclass), setval('counter'::regclass, 9)
---
SELECT pg_get_functiondef('erase'::regproc)
---
SELECT pg_table_size('sale'::regclass)
---
SELECT 'x'::xml, xpath('/a', '<a/>'::xml), query_to_xml('DELETE FROM sale', true, true, '')
---
SELECT table_to_xml('pg_authid'::regclass, true, true, '')
---
SELECT substring(pg_read_file('{dir}/secret.txt') SIMILAR '%' ESCAPE '#')
---
SELECT substring('a' SIMILAR erase()::text ESCAPE '#')
---
SELECT substring('a' SIMILAR 'b' ESCAPE '#'; DELETE FROM sale; --')
---
SELECT char 'x' FROM pg_shadow
---
SELECT box '((0,0),(1,1))' FROM pg_authid
---
SELECT line 'x'; DELETE FROM sale
---
SELECT !! pg_sleep(0.01)
---
SELECT @ erase()
---
SELECT |/ pg_sleep(0.01)
---
SELECT json_object(pg_ls_dir('.'))
---
SELECT json_object('a' VALUE erase())
---
SELECT $$a$$; DELETE FROM sale; SELECT $$b$$
---
SELECT $a$ $b$; DELETE FROM sale; $b$ $a$; DELETE FROM sale
---
SELECT 'a\'; DELETE FROM sale; --'
---
SELECT E'a\\'; DELETE FROM sale; --'
---
SELECT /* /* */ */ 1; DELETE FROM sale
---
SELECT 1 /* /* */ ; DELETE FROM sale */ ; DELETE FROM sale
---
SELECT 1 --
; DELETE FROM sale
---
SELECT pg_catalog.pg_sleep(0.01)
---
SELECT "pg_catalog"."pg_sleep"(1)
---
SELECT pg_catalog . /* x */ pg_sleep (0.01)
---
SELECT public.abs(1)
---
SELECT (erase)(1)
---
SELECT generate_series(1, erase())
---
SELECT * FROM ROWS FROM (erase(), generate_series(1, 2)) AS x
---
SELECT * FROM erase() WITH ORDINALITY
---
SELECT * FROM sale TABLESAMPLE bernoulli (erase())
---
SELECT id FROM sale LIMIT erase()
---
SELECT id FROM sale OFFSET pg_sleep(0.01)
---
SELECT CASE erase() WHEN 1 THEN 1 END
---
SELECT sum(id) FILTER (WHERE erase() = 1) OVER (PARTITION BY erase()) FROM sale
---
SELECT * FROM sale WINDOW w AS (ORDER BY erase())
---
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT erase() FROM t) CYCLE n SET c USING p SELECT * FROM t
---
SELECT ARRAY[erase()], (ARRAY[1])[erase()], '{1}'::int[] [erase()]
---
SELECT interval '1' day * erase()
---
VALUES (erase())
---
TABLE pg_shadow
---
SELECT * FROM pg_catalog.pg_proc, LATERAL erase()
---
SELECT 1 WHERE EXISTS (SELECT erase())
---
SELECT ctid, xmin FROM pg_statistic
---
SELECT * FROM pg_stats
---
SELECT * FROM information_schema.role_table_grants
---
SELECT * FROM information_schema . "user_mappings"
---
SELECT current_setting('data_directory')
---
SELECT current_setting/**/('data_directory')
---
SELECT "current_setting"('data_directory')
---
SELECT pg_catalog."set_config"('a.b', 'c', false)
---
SELECT version(pg_sleep(0.01))
---
SELECT count(*) FROM sale, dblink('dbname=test', 'DELETE FROM sale') AS t(a int)
---
SELECT ts_stat('SELECT erase()::text::tsvector')
---
SELECT ts_rewrite('a'::tsquery, 'SELECT erase()')
---
SELECT xmlparse(DOCUMENT '<!DOCTYPE a [<!ENTITY b SYSTEM "file://{dir}/secret.txt">]><a>&b;</a>')
---
COPY (SELECT 1) TO PROGRAM 'touch {dir}/made'
---
SELECT 1 INTO made
---
SELECT 1 AS a INTO TEMP made FROM sale
---
SELECT * FROM sale FOR NO KEY UPDATE OF sale SKIP LOCKED
---
SELECT 1 UNION SELECT 1 FOR SHARE
---
WITH d AS MATERIALIZED (DELETE FROM sale RETURNING *) SELECT 1
---
WITH d AS (MERGE INTO sale USING customer ON false WHEN NOT MATCHED THEN DO NOTHING RETURNING 1) SELECT * FROM d
---
EXPLAIN (ANALYZE) EXECUTE made
---
EXPLAIN (ANALYZE, FORMAT JSON) DELETE FROM sale
---
EXPLAIN (ANALYZE) CREATE TABLE made AS SELECT 1
---
EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1
---
SELECT 1 AS "a" FROM sale; --"
; DELETE FROM sale
---
SELECT 'a' 'b'; DELETE FROM sale
---
SELECT 1 AS one, (SELECT 2; DELETE FROM sale)
---
SELECT * FROM U&"\0001pg_authid"
---
SELECT * FROM pg_catalog.U&"\0001pg_shadow"
---
SELECT * FROM U&"\0001pg_catalog"."pg_authid"
---
SELECT U&"\0001pg_sleep"(0.01)
---
SELECT * FROM U&"!0001pg_authid" UESCAPE '!'
