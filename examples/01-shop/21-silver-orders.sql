-- Typed, one row an order, partitioned by date. An order that came twice is kept as it came first.
CREATE OR REPLACE VIEW silver.orders_checked AS
SELECT
    *,
    CASE
        WHEN order_id IS NULL THEN 'order_id_missing'
        WHEN try_cast(order_timestamp AS timestamp) IS NULL THEN 'bad_timestamp'
        WHEN try_cast(total_amount AS decimal(12, 2)) IS NULL THEN 'bad_amount'
        WHEN try_cast(total_amount AS decimal(12, 2)) < 0 THEN 'negative_amount'
        WHEN row_number() OVER (PARTITION BY order_id ORDER BY _source_file) > 1 THEN 'duplicate_order'
    END AS broken_rule
FROM bronze.orders;

CREATE OR REPLACE TABLE silver.orders PARTITIONED BY (date) AS
SELECT
    CAST(order_num AS bigint) AS order_num,
    order_id,
    CAST(user_id AS bigint) AS user_id,
    CAST(order_timestamp AS timestamp) AS order_timestamp,
    CAST(total_amount AS decimal(12, 2)) AS total_amount,
    CAST(date AS date) AS date
FROM silver.orders_checked
WHERE broken_rule IS NULL;

CREATE OR REPLACE TABLE rejected.orders AS
SELECT * FROM silver.orders_checked WHERE broken_rule IS NOT NULL;
