SELECT 1 EXEC xp_cmdshell 'dir'
---
SELECT 1 WAITFOR DELAY '0:0:10'
---
SELECT 1 AS x DELETE FROM sale
---
SELECT id FROM sale UPDATE sale SET id = 1
---
EXEC('DELETE FROM sale')
---
EXEC xp_cmdshell 'dir'
---
sp_executesql N'DELETE FROM sale'
---
SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'SELECT 1')
---
SELECT * FROM OPENROWSET(BULK '/etc/passwd', SINGLE_CLOB) AS x
---
SELECT * FROM OPENQUERY(linked, 'DELETE FROM sale')
---
SELECT * FROM OPENDATASOURCE('x', 'y').db.dbo.t
---
SELECT * FROM linked.db.dbo.sale
---
SELECT NEXT VALUE FOR counter
---
SELECT * INTO #made FROM sale
---
SELECT * INTO made FROM sale
---
SELECT * FROM sys.objects
---
SELECT * FROM sys.dm_exec_sql_text(0x00)
---
SELECT @@VERSION
---
SELECT @x = 1
---
DECLARE @x INT = 1; SELECT @x
---
WAITFOR DELAY '0:0:10'
---
BACKUP DATABASE x TO DISK = 'x'
---
DBCC CHECKDB
---
BULK INSERT sale FROM 'x'
---
SELECT * FROM sale WITH (TABLOCKX, HOLDLOCK)
---
SELECT * FROM fn_xe_file_target_read_file('x', NULL, NULL, NULL)
---
SELECT * FROM sale OPTION (MAXDOP 1, QUERYTRACEON 9481)
---
SELECT dbo.erase(1)
---
IF 1 = 1 DELETE FROM sale
---
SELECT host_name()
---
SELECT note.value('(/a)[1]', 'int') FROM sale
---
GO DELETE FROM sale
---
SET NOCOUNT ON SELECT 1
