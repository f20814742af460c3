CREATE OR REPLACE TABLE bronze.orders AS
SELECT * EXCLUDE (filename), now() AS _ingested_at, filename AS _source_file
FROM read_csv('raw/orders/*/*.csv', all_varchar = true, header = true, filename = true, hive_partitioning = false);
