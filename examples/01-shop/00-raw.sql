-- Raw drops of a shop, as a source system would leave them: CSV files in dated folders, some rows dirty.
-- Deterministic. :orders is how many orders there are (1,000 by default; about ten items each).

COPY (
    SELECT
        i AS product_id,
        1 + i % 12 AS department_id,
        split_part('produce,dairy,bakery,snacks,beverages,frozen,pantry,household,meat,deli,pets,babies', ',', 1 + i % 12) AS department,
        'product ' || i AS product_name
    FROM generate_series(1, 500) AS p(i)
    UNION ALL
    SELECT NULL, 3, 'bakery', 'a product without a key'
    UNION ALL
    SELECT 7, 8, 'household', 'product 7'
    ORDER BY product_id
) TO 'raw/products/products.csv' (FORMAT csv, HEADER true);

-- Every 997th order has no key, every 701st a bad timestamp, every 613th a negative amount; every 500th comes a second time,
-- with the next day's drop.
COPY (
    WITH numbered AS (
        SELECT
            i,
            DATE '2024-01-01' + CAST(i * 60 / (:orders + 1) AS integer) AS day,
            i * 2654435761 % 4294967296 AS noise
        FROM generate_series(1, :orders) AS o(i)
    ),
    placed AS (
        SELECT i, day, noise, day AS dropped FROM numbered
        UNION ALL
        SELECT i, day, noise, day + 1 FROM numbered WHERE i % 500 = 0
    )
    SELECT
        i AS order_num,
        CASE WHEN i % 997 = 0 THEN NULL ELSE 'o-' || i END AS order_id,
        1 + noise % (1 + :orders / 5) AS user_id,
        CASE WHEN i % 701 = 0 THEN 'not a time' ELSE strftime(CAST(day AS timestamp) + noise % 86400 * INTERVAL '1 second', '%Y-%m-%d %H:%M:%S') END AS order_timestamp,
        CASE WHEN i % 613 = 0 THEN '-' ELSE '' END || (5 + noise % 200) || '.' || lpad(CAST(noise % 100 AS varchar), 2, '0') AS total_amount,
        day AS date,
        dropped
    FROM placed
) TO 'raw/orders' (FORMAT csv, HEADER true, PARTITION_BY (dropped), OVERWRITE true);

-- Every 401st order's items name an order that does not exist.
COPY (
    WITH numbered AS (
        SELECT
            i, n,
            i * 20 + n AS id,
            DATE '2024-01-01' + CAST(i * 60 / (:orders + 1) AS integer) AS day,
            i * 2654435761 % 4294967296 AS noise,
            (i * 20 + n) * 2246822519 % 4294967296 AS pick
        FROM generate_series(1, :orders) AS o(i), generate_series(1, 19) AS k(n)
        WHERE n <= 1 + i * 31 % 19
    )
    SELECT
        id,
        CASE WHEN i % 401 = 0 THEN 'x-' || i ELSE 'o-' || i END AS order_id,
        1 + noise % (1 + :orders / 5) AS user_id,
        CASE WHEN noise % 17 = 0 THEN NULL ELSE noise % 30 END AS days_since_prior_order,
        1 + pick % 500 AS product_id,
        n AS add_to_cart_order,
        CASE WHEN pick % 5 < 3 THEN 1 ELSE 0 END AS reordered,
        strftime(CAST(day AS timestamp) + noise % 86400 * INTERVAL '1 second', '%Y-%m-%d %H:%M:%S') AS order_timestamp,
        day AS date,
        day AS dropped
    FROM numbered
) TO 'raw/order_items' (FORMAT csv, HEADER true, PARTITION_BY (dropped), OVERWRITE true);
