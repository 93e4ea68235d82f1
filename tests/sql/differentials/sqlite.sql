SELECT CAST(load_extension('x') AS TEXT)
---
SELECT CAST('x' AS TEXT); DELETE FROM sale
---
SELECT CAST('x' AS load_extension('y'))
---
SELECT CAST(1 AS (SELECT writefile('{dir}/made', 'x')))
---
SELECT CAST(1 AS TEXT) FROM pragma_database_list
---
SELECT 1 LIMIT load_extension('x')
---
SELECT 1 LIMIT 1 + readfile('{dir}/secret.txt')
---
SELECT 1 LIMIT 1; DELETE FROM sale
---
SELECT 1 LIMIT 1) ; DELETE FROM sale; SELECT (1
---
SELECT readfile('{dir}/secret.txt')
---
SELECT writefile('{dir}/made', 'x')
---
SELECT edit('x', 'touch {dir}/made')
---
SELECT fts3_tokenizer('simple', x'00')
---
SELECT load_extension/**/('x')
---
SELECT "load_extension"('x')
---
SELECT [load_extension]('x')
---
SELECT `load_extension`('x')
---
SELECT 'load_extension'('x')
---
SELECT main.load_extension('x')
---
SELECT * FROM pragma_database_list
---
SELECT * FROM pragma_table_info('sale')
---
SELECT * FROM "pragma_table_info"('sale')
---
SELECT * FROM PRAGMA_TABLE_INFO('sale')
---
SELECT * FROM pragma_function_list()
---
SELECT * FROM pragma_compile_options
---
SELECT * FROM pragma_query_only(0)
---
SELECT * FROM pragma_journal_mode('wal')
---
SELECT * FROM pragma_writable_schema(1)
---
SELECT * FROM pragma_user_version(9)
---
SELECT * FROM main.pragma_database_list
---
SELECT * FROM [pragma_database_list]
---
SELECT * FROM 'pragma_database_list'
---
SELECT * FROM sqlite_dbpage
---
SELECT * FROM sqlite_dbdata
---
SELECT * FROM sqlite_stmt
---
SELECT * FROM bytecode('SELECT 1')
---
SELECT * FROM tables_used('SELECT 1')
---
SELECT * FROM fsdir('/')
---
SELECT * FROM zipfile('{dir}/made.zip')
---
SELECT * FROM csv('{dir}/secret.csv')
---
SELECT * FROM completion('a', 'b')
---
SELECT * FROM fts5vocab('note', 'row')
---
SELECT * FROM note('hello')
---
SELECT * FROM note_data, load_extension('x')
---
INSERT INTO note(note) VALUES ('rebuild')
---
SELECT note FROM note; INSERT INTO note(note) VALUES ('delete-all')
---
PRAGMA query_only = OFF
---
PRAGMA main.writable_schema = 1
---
/* x */ PRAGMA journal_mode = WAL
---
EXPLAIN PRAGMA query_only = OFF
---
EXPLAIN QUERY PLAN DELETE FROM sale
---
EXPLAIN QUERY PLAN ATTACH '{dir}/made.db' AS made
---
ATTACH '{dir}/other.db' AS other
---
ATTACH DATABASE 'file:{dir}/other.db?mode=ro' AS o; SELECT * FROM o.secret
---
SELECT * FROM "{dir}/other.db".secret
---
VACUUM INTO '{dir}/made.db'
---
WITH x AS (DELETE FROM sale RETURNING *) SELECT * FROM x
---
WITH x AS (SELECT 1) DELETE FROM sale
---
WITH x AS (SELECT 1) INSERT INTO sale SELECT 1, 1, 'x', 1, 1, 1
---
WITH x AS (SELECT 1) UPDATE sale SET amount = 0
---
WITH x AS (SELECT 1) REPLACE INTO sale VALUES (1, 1, 'x', 1, 1, 1)
---
SELECT 1 /* ; DELETE FROM sale */; DELETE FROM sale
---
SELECT 1 /* /* */; DELETE FROM sale
---
SELECT 'a\'; DELETE FROM sale; --'
---
SELECT "a\"; DELETE FROM sale; --"
---
SELECT `a``b`; DELETE FROM sale
---
SELECT [a]]; DELETE FROM sale
---
SELECT x'41'; DELETE FROM sale
---
SELECT 1 --
; DELETE FROM sale
---
SELECT E'a'; DELETE FROM sale
---
SELECT 1;;DELETE FROM sale
---
SELECT $$a$$; DELETE FROM sale
---
SELECT json_each(load_extension('x'))
---
SELECT * FROM json_each(readfile('{dir}/secret.txt'))
---
SELECT * FROM json_tree((SELECT load_extension('x')))
---
SELECT '{}' -> load_extension('x')
---
SELECT '{}' ->> readfile('x')
---
SELECT max(load_extension('x')) FILTER (WHERE writefile('{dir}/made', 'x')) OVER (PARTITION BY edit('x')) FROM sale
---
SELECT group_concat(id, load_extension('x')) FROM sale
---
SELECT 1 WHERE load_extension('x') NOT IN (1)
---
SELECT load_extension('x') NOT BETWEEN 1 AND 2
---
SELECT ~ - load_extension('x')
---
SELECT 1 IN pragma_database_list
---
SELECT 1 IN pragma_table_info('sale')
---
SELECT 1 NOT IN load_extension('x')
---
VALUES (load_extension('x'))
---
CREATE TEMP TABLE made AS SELECT 1
---
CREATE VIRTUAL TABLE made USING fts5(a)
---
SAVEPOINT made
---
REINDEX
---
ANALYZE
---
DETACH main
---
SELECT sqlite_compileoption_get(1), sqlite_source_id(), sqlite_offset(id) FROM sale
---
SELECT * FROM sale INDEXED BY load_extension('x')
---
SELECT * FROM sale ORDER BY load_extension('x') COLLATE load_extension
---
SELECT raise(ABORT, 'x')
---
SELECT last_insert_rowid(), changes(), total_changes()
---
WITH RECURSIVE t(n) AS (SELECT load_extension('x') UNION ALL SELECT n FROM t) SELECT * FROM t
---
SELECT date(readfile('{dir}/secret.txt'))
---
SELECT 'x' IN pragma_compile_options
---
SELECT 'x' NOT IN main.pragma_collation_list
