SELECT SYSDATE, SYSTIMESTAMP, USER FROM dual
---
SELECT TO_CHAR(day, 'YYYY-MM') AS month, SUM(amount) FROM sale GROUP BY TO_CHAR(day, 'YYYY-MM')
---
SELECT * FROM sale FETCH FIRST 10 ROWS ONLY
---
SELECT * FROM sale WHERE ROWNUM <= 10
---
SELECT LISTAGG(product, ', ') WITHIN GROUP (ORDER BY id) FROM sale
---
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount) OVER (PARTITION BY product) FROM sale
---
SELECT MEDIAN(amount), RATIO_TO_REPORT(amount) OVER () FROM sale GROUP BY amount
---
SELECT NVL(note, 'x'), NVL2(note, 1, 0), DECODE(product, 'tea', 1, 'jam', 2, 0) FROM sale
---
SELECT LEVEL, employee_id FROM employees START WITH manager_id IS NULL CONNECT BY PRIOR employee_id = manager_id
---
SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 10
---
SELECT SYS_CONNECT_BY_PATH(name, '/') FROM employees START WITH id = 1 CONNECT BY NOCYCLE PRIOR id = parent_id
---
SELECT TRUNC(day, 'MM'), ADD_MONTHS(day, 3), MONTHS_BETWEEN(SYSDATE, day), LAST_DAY(day), NEXT_DAY(day, 'MONDAY') FROM sale
---
SELECT day + INTERVAL '1' DAY, day - 7, TO_DATE('2024-01-01', 'YYYY-MM-DD'), DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00' FROM sale
---
SELECT REGEXP_REPLACE(product, '[aeiou]', '*'), REGEXP_SUBSTR(product, 't.'), INSTR(product, 'e'), SUBSTR(product, 1, 2) FROM sale WHERE REGEXP_LIKE(product, '^t')
---
SELECT JSON_VALUE(note, '$.a.b'), JSON_QUERY(note, '$.a') FROM sale
---
SELECT * FROM (SELECT product, region, amount FROM sale) PIVOT (SUM(amount) FOR region IN ('n' AS north, 's' AS south))
---
SELECT MAX(amount) KEEP (DENSE_RANK LAST ORDER BY day) FROM sale
---
SELECT product || ' - ' || region AS label, MOD(id, 2), TO_NUMBER('12') FROM sale
---
SELECT s.* FROM sale s, customer c WHERE s.customer_id = c.id (+)
---
SELECT id FROM sale MINUS SELECT id FROM customer
---
WITH n (i) AS (SELECT 1 FROM dual UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
---
SELECT EXTRACT(MONTH FROM day), TO_CHAR(amount, 'FM999,990.00'), GREATEST(1, 2), LEAST(1, 2) FROM sale
---
SELECT * FROM sale OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY
---
SELECT NUMTODSINTERVAL(5, 'HOUR'), SYS_GUID(), ORA_HASH(product) FROM sale
---
SELECT GROUPING_ID(product, region), SUM(amount) FROM sale GROUP BY CUBE (product, region)
---
SELECT c.name, (SELECT MAX(amount) FROM sale s WHERE s.customer_id = c.id) AS top FROM customer c
---
SELECT "update"."select" FROM "update"
---
SELECT LAG(amount) IGNORE NULLS OVER (ORDER BY id) FROM sale
---
SELECT q'[it's]' FROM dual
