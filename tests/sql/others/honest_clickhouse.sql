SELECT toStartOfMonth(day) AS m, sum(amount) FROM sale GROUP BY m ORDER BY m
---
SELECT quantile(0.5)(amount), quantiles(0.25, 0.75)(amount), quantileExact(0.9)(amount), median(amount) FROM sale
---
SELECT countIf(amount > 2), sumIf(amount, product = 'tea'), avgIf(amount, id > 1), uniq(customer_id), uniqExact(product), anyLast(product) FROM sale
---
SELECT argMax(product, amount), groupArray(product), groupUniqArray(product), topK(3)(product) FROM sale
---
SELECT arrayMap(x -> x * 2, [1, 2, 3]), arrayFilter(x -> x > 1, [1, 2]), arrayJoin([1, 2]), length([1, 2]), has([1], 1), [1, 2, 3][1], arraySort([3, 1])
---
SELECT id, t FROM sale ARRAY JOIN tags AS t
---
SELECT * FROM sale FINAL WHERE id = 1
---
SELECT * FROM sale PREWHERE id > 1 WHERE amount > 2
---
SELECT * FROM sale LIMIT 2 BY product
---
SELECT * FROM sale ORDER BY id LIMIT 5, 10
---
SELECT toDate('2024-01-01'), toDateTime('2024-01-01 00:00:00'), today() - 7, now() - INTERVAL 1 DAY, addMonths(day, 1), dateDiff('day', day, today()), formatDateTime(day, '%Y-%m') FROM sale
---
SELECT toStartOfInterval(toDateTime(day), INTERVAL 15 MINUTE), toYYYYMM(day), toDayOfWeek(day), toHour(now()) FROM sale
---
SELECT if(amount > 1, 'a', 'b'), multiIf(amount > 3, 'h', amount > 1, 'm', 'l'), ifNull(note, 'x'), nullIf(1, 1), coalesce(note, 'x') FROM sale
---
SELECT JSONExtractString(note, 'a'), JSONExtractInt(note, 'a', 'b'), JSONHas(note, 'a'), visitParamHas FROM (SELECT note, 1 AS visitParamHas FROM sale)
---
SELECT toInt32('5'), toFloat64('1.5'), toString(1), CAST(1 AS String), 1::Float64, toDecimal64(1.5, 2), toTypeName(1), accurateCastOrNull('x', 'Int32')
---
SELECT match(product, '^t'), replaceRegexpAll(product, '[aeiou]', '*'), extract(product, '(t)'), splitByChar(',', 'a,b'), positionCaseInsensitive(product, 'E'), lower(product), concat(product, '!') FROM sale
---
SELECT number FROM numbers(10)
---
SELECT number FROM system.numbers LIMIT 3
---
SELECT product, sum(amount) FROM sale GROUP BY product WITH TOTALS
---
SELECT product, sum(amount) FROM sale GROUP BY product WITH ROLLUP
---
SELECT day, sum(amount) FROM sale GROUP BY day ORDER BY day WITH FILL STEP 1
---
SELECT a.id, b.amount FROM sale a ASOF JOIN sale b ON a.customer_id = b.customer_id AND a.day >= b.day
---
SELECT a.id FROM sale a ANY LEFT JOIN customer b ON a.customer_id = b.id
---
SELECT a.id FROM sale a LEFT ANTI JOIN customer b ON a.customer_id = b.id
---
SELECT lagInFrame(amount) OVER (ORDER BY id), leadInFrame(amount) OVER (ORDER BY id), row_number() OVER (PARTITION BY product ORDER BY id) FROM sale
---
SELECT (1, 'a').1, tuple(1, 2), map('k', 1)['k'], mapKeys(map('k', 1))
---
WITH 5 AS k, sale2 AS (SELECT * FROM sale) SELECT id + k FROM sale2
---
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
---
SELECT windowFunnel(86400)(toDateTime(day), product = 'tea', product = 'jam') FROM sale GROUP BY customer_id
---
SELECT * EXCEPT (note) FROM sale
---
SELECT COLUMNS('id|amount') FROM sale
---
SELECT 10 % 3, 10 / 4, intDiv(10, 4), bitAnd(5, 3), round(1.256, 2), greatest(1, 2), cityHash64('x'), formatReadableSize(1024)
---
SELECT id FROM sale WHERE (customer_id, product) IN ((1, 'tea')) AND product NOT IN ('oil') SETTINGS max_threads = 1
---
EXPLAIN SELECT * FROM sale
---
SELECT corr(amount, id), stddevPop(amount), varSamp(amount), simpleLinearRegression(id, amount), entropy(product), skewPop(amount) FROM sale
