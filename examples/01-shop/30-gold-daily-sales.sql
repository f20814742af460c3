-- Gold: what the business asks for.
CREATE SCHEMA IF NOT EXISTS gold;
CREATE OR REPLACE TABLE gold.daily_sales AS
SELECT
    o.date,
    count(*) AS orders,
    count(DISTINCT o.user_id) AS customers,
    sum(o.total_amount) AS revenue,
    sum(i.items) AS items,
    round(avg(o.total_amount), 2) AS average_order
FROM silver.orders AS o
LEFT JOIN (SELECT order_id, count(*) AS items FROM silver.order_items GROUP BY order_id) AS i USING (order_id)
GROUP BY o.date
ORDER BY o.date;
