CREATE OR REPLACE TABLE gold.customer_insights AS
WITH spending AS (
    SELECT
        user_id,
        count(*) AS orders,
        sum(total_amount) AS spent,
        min(date) AS first_order,
        max(date) AS last_order
    FROM silver.orders
    GROUP BY user_id
),
favourites AS (
    SELECT i.user_id, p.department
    FROM silver.order_items AS i
    JOIN silver.products AS p USING (product_id)
    GROUP BY i.user_id, p.department
    QUALIFY row_number() OVER (PARTITION BY i.user_id ORDER BY count(*) DESC, p.department) = 1
)
SELECT
    s.user_id,
    s.orders,
    s.spent,
    s.first_order,
    s.last_order,
    f.department AS favourite_department,
    CASE WHEN s.spent >= 1000 THEN 'gold' WHEN s.spent >= 500 THEN 'silver' ELSE 'bronze' END AS tier
FROM spending AS s
LEFT JOIN favourites AS f USING (user_id);
