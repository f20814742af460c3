-- Items of orders and products that exist; the others are orphans.
CREATE OR REPLACE VIEW silver.order_items_checked AS
SELECT
    i.*,
    CASE
        WHEN try_cast(i.id AS bigint) IS NULL THEN 'id_missing'
        WHEN o.order_id IS NULL THEN 'orphan_order'
        WHEN p.product_id IS NULL THEN 'orphan_product'
    END AS broken_rule
FROM bronze.order_items AS i
LEFT JOIN silver.orders AS o ON o.order_id = i.order_id
LEFT JOIN silver.products AS p ON p.product_id = try_cast(i.product_id AS integer);

CREATE OR REPLACE TABLE silver.order_items PARTITIONED BY (date) AS
SELECT
    CAST(id AS bigint) AS id,
    order_id,
    CAST(user_id AS bigint) AS user_id,
    CAST(days_since_prior_order AS integer) AS days_since_prior_order,
    CAST(product_id AS integer) AS product_id,
    CAST(add_to_cart_order AS integer) AS add_to_cart_order,
    reordered = '1' AS reordered,
    CAST(order_timestamp AS timestamp) AS order_timestamp,
    CAST(date AS date) AS date
FROM silver.order_items_checked
WHERE broken_rule IS NULL;

CREATE OR REPLACE TABLE rejected.order_items AS
SELECT * FROM silver.order_items_checked WHERE broken_rule IS NOT NULL;
