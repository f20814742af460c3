-- Bronze: as received. Every column is text, so that nothing is lost; two columns say where a row came from.
CREATE SCHEMA IF NOT EXISTS bronze;
CREATE OR REPLACE TABLE bronze.products AS
SELECT * EXCLUDE (filename), now() AS _ingested_at, filename AS _source_file
FROM read_csv('raw/products/*.csv', all_varchar = true, header = true, filename = true);
