-- What came out.
SELECT * FROM gold.daily_sales ORDER BY date LIMIT 5;
SELECT * FROM gold.product_performance ORDER BY times_ordered DESC, product_id LIMIT 5;
SELECT * FROM gold.department_analytics ORDER BY items DESC, department LIMIT 5;
SELECT tier, count(*) AS customers, sum(spent) AS spent FROM gold.customer_insights GROUP BY tier ORDER BY tier;
SELECT 'products' AS source, broken_rule, count(*) AS rows FROM rejected.products GROUP BY broken_rule
UNION ALL
SELECT 'orders', broken_rule, count(*) FROM rejected.orders GROUP BY broken_rule
UNION ALL
SELECT 'order_items', broken_rule, count(*) FROM rejected.order_items GROUP BY broken_rule
ORDER BY source, broken_rule;
