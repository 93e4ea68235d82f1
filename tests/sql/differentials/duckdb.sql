SELECT getenv('HOME')!
---
SELECT read_text('{dir}/secret.txt')!
---
SELECT getenv('HOME').upper()!
---
SELECT (getenv('HOME'))!
---
SELECT 5!; DELETE FROM sale
---
SELECT sale.nextval('counter')!
---
SELECT nextval('counter')!
---
SELECT getenv('HOME') ^@ 'a'
---
SELECT getenv('HOME') <=> 'a'
---
SELECT 1 OPERATOR(main.+) 2
---
SELECT 1 OPERATOR(getenv) 'HOME'
---
SELECT 'HOME' OPERATOR(getenv) 1
---
SELECT 1 OPERATOR(+) getenv('HOME')
---
SELECT 1 OPERATOR(pg_catalog.+); DELETE FROM sale; SELECT (1) 2
---
SELECT coalesce(*COLUMNS(lambda c: getenv('HOME') = c)) FROM sale
---
SELECT COLUMNS(getenv('HOME')) FROM sale
---
SELECT *COLUMNS(*) FROM read_text('{dir}/secret.txt')
---
SELECT COLUMNS(* EXCLUDE (id)) FROM '{dir}/secret.csv'
---
SELECT COLUMNS(* REPLACE (getenv('HOME') AS id)) FROM sale
---
SELECT try(getenv('HOME'))
---
SELECT try(read_text('{dir}/secret.txt'))
---
SELECT array(SELECT content FROM read_text('{dir}/secret.txt'))
---
SELECT array(FROM '{dir}/secret.csv')
---
FROM '{dir}/secret.csv'
---
FROM "{dir}/secret.csv"
---
FROM '{dir}/secret.txt' SELECT *
---
FROM '{dir}/secret.txt' t
---
SELECT * FROM "{dir}/secret.txt"
---
SELECT * FROM '{dir}/*.csv'
---
SELECT * FROM $${dir}/secret.csv$$
---
SELECT * FROM E'{dir}/secret.csv'
---
SELECT * FROM read_csv('{dir}/secret.csv')
---
SELECT * FROM read_csv_auto(['{dir}/secret.csv'])
---
SELECT * FROM main.read_csv('{dir}/secret.csv')
---
SELECT * FROM system.main.read_text('{dir}/secret.txt')
---
SELECT * FROM "read_text"('{dir}/secret.txt')
---
SELECT * FROM read_blob('{dir}/secret.txt')
---
SELECT * FROM glob('/*')
---
SELECT * FROM sniff_csv('{dir}/secret.csv')
---
SELECT * FROM parquet_metadata('x.parquet')
---
SELECT * FROM query('SELECT 1')
---
SELECT * FROM query_table('sale')
---
SELECT * FROM query_table(['sale', '{dir}/secret.csv'])
---
FROM query('FROM read_text(''{dir}/secret.txt'')')
---
SELECT * FROM duckdb_settings()
---
SELECT * FROM duckdb_secrets()
---
SELECT * FROM duckdb_extensions()
---
SELECT * FROM duckdb_databases()
---
SELECT * FROM duckdb_functions
---
SELECT * FROM pragma_database_list()
---
SELECT * FROM pragma_storage_info('sale')
---
SELECT * FROM which_secret('s3://a', 's3')
---
SELECT current_setting('home_directory')
---
SELECT getvariable('x')
---
SET VARIABLE x = 1
---
SELECT write_log('x')
---
SELECT * FROM enable_logging()
---
SELECT * FROM enable_profiling()
---
CALL pragma_version()
---
CALL enable_peg_parser()
---
SELECT in_search_path('main', 'sale'), current_schemas(true), current_query()
---
SELECT txid_current(), nextval('counter'), currval('counter')
---
SELECT * FROM checkpoint()
---
SELECT * FROM force_checkpoint()
---
FORCE CHECKPOINT
---
COPY sale TO '{dir}/made.csv'
---
COPY (SELECT 1) TO '{dir}/made.csv'
---
EXPORT DATABASE '{dir}/made'
---
IMPORT DATABASE '{dir}/made'
---
INSTALL httpfs
---
LOAD '{dir}/made.so'
---
ATTACH '{dir}/made.duckdb'
---
USE memory
---
SET threads = 1
---
RESET threads
---
PRAGMA version
---
CREATE MACRO abs(x) AS getenv('HOME')
---
CREATE TEMP TABLE made AS SELECT 1
---
CREATE SECRET made (TYPE s3)
---
WITH x AS (DELETE FROM sale RETURNING *) FROM x
---
WITH x AS (INSERT INTO customer VALUES (9, 'x', 'y') RETURNING id) SELECT * FROM x
---
SELECT 'a\'; DELETE FROM sale; --'
---
SELECT E'a\\'; DELETE FROM sale; --'
---
SELECT $a$ $$; DELETE FROM sale; $$ $a$; DELETE FROM sale
---
SELECT 1 /* /* */; DELETE FROM sale; -- */
; DELETE FROM sale
---
SELECT 1 --
; DELETE FROM sale
---
SELECT 'HOME'.getenv()
---
SELECT ('HOME').getenv().upper()
---
SELECT ['HOME'].list_transform(lambda x: getenv(x))
---
SELECT [getenv(x) FOR x IN ['HOME']]
---
SELECT {'a': getenv('HOME')}
---
SELECT MAP {getenv('HOME'): 1}
---
PIVOT '{dir}/secret.csv' ON word
---
PIVOT sale ON getenv('HOME') USING count(*)
---
UNPIVOT read_csv('{dir}/secret.csv') ON word
---
SUMMARIZE '{dir}/secret.csv'
---
SUMMARIZE read_text('{dir}/secret.txt')
---
DESCRIBE '{dir}/secret.csv'
---
DESCRIBE TABLE '{dir}/secret.csv'
---
SHOW '{dir}/secret.csv'
---
SELECT * FROM sale ASOF JOIN '{dir}/secret.csv' s ON true
---
SELECT * FROM sale POSITIONAL JOIN read_text('{dir}/secret.txt')
---
SELECT * FROM sale USING SAMPLE getenv('HOME')
---
SELECT * FROM sale QUALIFY getenv('HOME') = 'x'
---
VALUES (getenv('HOME'))
---
SELECT * FROM (VALUES (1)) t(x), read_text('{dir}/secret.txt')
---
SELECT (getenv('HOME'))::DATE
---
EXPLAIN ANALYZE COPY sale TO '{dir}/made.csv'
---
EXPLAIN ANALYZE DELETE FROM sale
---
EXECUTE made
---
PREPARE made AS DELETE FROM sale
