CREATE OR REPLACE TABLE gold.department_analytics AS
SELECT
    p.department,
    count(*) AS items,
    count(DISTINCT i.order_id) AS orders,
    count(DISTINCT i.product_id) AS products,
    round(count(*) * 100.0 / sum(count(*)) OVER (), 2) AS share_of_items,
    round(avg(CASE WHEN i.reordered THEN 1.0 ELSE 0.0 END), 4) AS reorder_rate
FROM silver.order_items AS i
JOIN silver.products AS p USING (product_id)
GROUP BY p.department
ORDER BY items DESC;
