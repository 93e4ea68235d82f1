SELECT TOP 10 * FROM dbo.sale ORDER BY amount DESC
---
SELECT TOP (5) PERCENT id FROM sale ORDER BY id
---
SELECT TOP 3 WITH TIES id FROM sale ORDER BY amount
---
SELECT [id], [from where] AS [select] FROM [dbo].[update]
---
SELECT GETDATE(), SYSUTCDATETIME(), DATEADD(day, -7, GETDATE()), DATEDIFF(month, day, GETDATE()) FROM sale
---
SELECT DATEPART(year, day), YEAR(day), MONTH(day), EOMONTH(day), DATENAME(weekday, day), DATEFROMPARTS(2024, 1, 1) FROM sale
---
SELECT FORMAT(day, 'yyyy-MM') AS m, SUM(amount) FROM sale GROUP BY FORMAT(day, 'yyyy-MM')
---
SELECT CONVERT(VARCHAR(10), day, 120), TRY_CAST('x' AS INT), TRY_CONVERT(INT, '5'), CAST(amount AS FLOAT) FROM sale
---
SELECT STRING_AGG(product, ', ') WITHIN GROUP (ORDER BY id) FROM sale
---
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount) OVER (PARTITION BY product) FROM sale
---
SELECT ISNULL(note, 'x'), IIF(amount > 2, 1, 0), CHOOSE(2, 'a', 'b'), LEN(product), CHARINDEX('e', product), STUFF('abc', 1, 1, 'x') FROM sale
---
SELECT c.name, t.top_ FROM customer c CROSS APPLY (SELECT MAX(amount) AS top_ FROM sale s WHERE s.customer_id = c.id) t
---
SELECT c.name, t.id FROM customer c OUTER APPLY (SELECT TOP 1 id FROM sale s WHERE s.customer_id = c.id ORDER BY amount DESC) t
---
SELECT id FROM sale ORDER BY id OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY
---
SELECT value FROM STRING_SPLIT('a,b,c', ',')
---
SELECT JSON_VALUE(note, '$.a.b'), JSON_QUERY(note, '$.a'), ISJSON(note) FROM sale
---
SELECT s.id, j.[key], j.value FROM sale s CROSS APPLY OPENJSON(s.note) j
---
SELECT * FROM (SELECT product, region, amount FROM sale) s PIVOT (SUM(amount) FOR region IN ([north], [south])) p
---
WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
---
SELECT 'a' + 'b', N'é', LEFT(product, 2), RIGHT(product, 1), REPLICATE('x', 3), PATINDEX('%e%', product) FROM sale
---
SELECT id FROM sale EXCEPT SELECT id FROM customer
---
SELECT COUNT_BIG(*), STDEV(amount), VAR(amount), CHECKSUM_AGG(id) FROM sale
---
SELECT * FROM sale WHERE day >= '2024-01-01' AND product COLLATE Latin1_General_CI_AS = 'TEA'
---
SELECT NEWID(), HASHBYTES('SHA2_256', product), ABS(CHECKSUM(id)) % 10 FROM sale
---
SELECT DATETRUNC(month, day), DATE_BUCKET(week, 1, day), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+00:00') FROM sale
---
SELECT LAST_VALUE(amount) OVER (PARTITION BY product ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM sale
---
SELECT s.id FROM sale AS s WITH (NOLOCK) JOIN customer AS c (NOLOCK) ON c.id = s.customer_id
---
SELECT product, GROUPING(product), SUM(amount) FROM sale GROUP BY CUBE (product)
---
SELECT x.a FROM (VALUES (1, 'a'), (2, 'b')) AS x (a, b)
---
SELECT table_name FROM information_schema.tables
