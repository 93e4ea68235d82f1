SELECT * FROM sale
---
SELECT id, product, amount FROM sale WHERE amount > 2 AND product IN ('tea', 'jam') ORDER BY amount DESC
---
SELECT product, COUNT(*) AS n, SUM(amount) AS total, AVG(amount), MIN(amount), MAX(amount) FROM sale GROUP BY product HAVING COUNT(*) > 1
---
SELECT c.name, s.amount FROM sale s JOIN customer c ON c.id = s.customer_id LEFT JOIN region r ON r.id = c.region_id
---
SELECT id, SUM(amount) OVER (PARTITION BY product ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM sale
---
SELECT id, RANK() OVER (ORDER BY amount DESC) AS r, LAG(amount, 1) OVER (ORDER BY id) AS before_, NTILE(4) OVER (ORDER BY amount) AS q FROM sale
---
WITH t AS (SELECT product, SUM(amount) AS total FROM sale GROUP BY product), r AS (SELECT t.*, ROW_NUMBER() OVER (ORDER BY total DESC) AS n FROM t) SELECT product FROM r WHERE n <= 3
---
SELECT CASE WHEN amount > 3 THEN 'high' WHEN amount > 1 THEN 'mid' ELSE 'low' END AS band, COUNT(DISTINCT customer_id) FROM sale GROUP BY CASE WHEN amount > 3 THEN 'high' WHEN amount > 1 THEN 'mid' ELSE 'low' END
---
SELECT product FROM sale UNION ALL SELECT name FROM customer
---
SELECT id FROM sale WHERE EXISTS (SELECT 1 FROM customer c WHERE c.id = sale.customer_id) AND note IS NOT NULL
---
SELECT id FROM sale WHERE amount = (SELECT MAX(amount) FROM sale)
---
SELECT COALESCE(note, 'none'), NULLIF(product, 'tea'), CAST(amount AS DECIMAL(10, 2)), UPPER(product), REPLACE(product, 'a', 'b') FROM sale
---
SELECT id, note FROM sale WHERE note = '; drop table sale' OR note LIKE '%--%' /* a ; comment */
---
SELECT SUM(CASE WHEN product = 'tea' THEN amount ELSE 0 END) AS tea, SUM(CASE WHEN product = 'jam' THEN amount END) AS jam FROM sale
---
SELECT product, SUM(amount) FROM sale GROUP BY ROLLUP (product)
---
SELECT region, product, SUM(amount) FROM sale GROUP BY GROUPING SETS ((region, product), (region), ())
---
SELECT x.n FROM (SELECT COUNT(*) AS n FROM sale) x
---
SELECT ABS(amount), ROUND(amount, 1), FLOOR(amount), POWER(amount, 2), SQRT(amount) FROM sale
---
SELECT a.id, b.id FROM sale a FULL OUTER JOIN customer b ON a.customer_id = b.id WHERE a.id <> 3 OR b.id BETWEEN 1 AND 5
---
SELECT STDDEV_POP(amount) OVER (PARTITION BY region) AS sd, FIRST_VALUE(amount) OVER (PARTITION BY region ORDER BY id) AS f FROM sale
---
SELECT id FROM sale WHERE product NOT LIKE 't%' AND NOT (amount < 1 OR amount IS NULL) -- tail ; drop
---
SELECT 1 AS one FROM sale WHERE id = :id AND product = :product
---
SELECT DISTINCT product, customer_id FROM sale ORDER BY product, customer_id
---
SELECT AVG(amount) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM sale
---
SELECT (amount - 1) * 100.0 / amount AS pct, amount + 1, -amount FROM sale WHERE amount <> 0
---
SELECT LENGTH('a') FROM sale WHERE EXTRACT(YEAR FROM day) = 2024
---
SELECT "total"."n" FROM (SELECT COUNT(*) AS "n" FROM sale) "total"
---
SELECT LOWER(name), TRIM(name), CONCAT(name, 'x') FROM customer c WHERE c.id NOT IN (SELECT customer_id FROM sale)
---
SELECT CURRENT_TIMESTAMP FROM sale
---
SELECT s.product, s.amount / SUM(s.amount) OVER () AS share, DENSE_RANK() OVER (ORDER BY s.amount) FROM sale s
---
SELECT COUNT(*) FROM sale a CROSS JOIN customer b
---
SELECT p.id FROM sale p WHERE p.amount > ALL (SELECT amount FROM sale WHERE product = 'jam')
