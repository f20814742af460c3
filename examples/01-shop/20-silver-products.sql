-- Silver: typed, one row a product. What breaks a rule goes to rejected, with the rule's name.
CREATE SCHEMA IF NOT EXISTS silver;
CREATE SCHEMA IF NOT EXISTS rejected;

CREATE OR REPLACE VIEW silver.products_checked AS
SELECT
    *,
    CASE
        WHEN try_cast(product_id AS integer) IS NULL THEN 'product_id_missing'
        WHEN row_number() OVER (PARTITION BY product_id ORDER BY department_id, _source_file) > 1 THEN 'duplicate_product'
    END AS broken_rule
FROM bronze.products;

CREATE OR REPLACE TABLE silver.products AS
SELECT
    CAST(product_id AS integer) AS product_id,
    CAST(department_id AS integer) AS department_id,
    lower(trim(department)) AS department,
    trim(product_name) AS product_name
FROM silver.products_checked
WHERE broken_rule IS NULL;

CREATE OR REPLACE TABLE rejected.products AS
SELECT * FROM silver.products_checked WHERE broken_rule IS NOT NULL;
