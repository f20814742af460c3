CREATE OR REPLACE TABLE gold.product_performance AS
SELECT
    p.product_id,
    p.product_name,
    p.department,
    count(*) AS times_ordered,
    count(DISTINCT i.user_id) AS customers,
    sum(CASE WHEN i.reordered THEN 1 ELSE 0 END) AS reorders,
    round(avg(CASE WHEN i.reordered THEN 1.0 ELSE 0.0 END), 4) AS reorder_rate,
    round(avg(i.add_to_cart_order), 2) AS average_cart_position,
    rank() OVER (PARTITION BY p.department ORDER BY count(*) DESC) AS rank_in_department
FROM silver.order_items AS i
JOIN silver.products AS p USING (product_id)
GROUP BY p.product_id, p.product_name, p.department;
