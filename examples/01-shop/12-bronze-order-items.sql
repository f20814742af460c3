CREATE OR REPLACE TABLE bronze.order_items AS
SELECT * EXCLUDE (filename), now() AS _ingested_at, filename AS _source_file
FROM read_csv('raw/order_items/*/*.csv', all_varchar = true, header = true, filename = true, hive_partitioning = false);
