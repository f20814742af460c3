-- Silver: typed and checked. A flight of a plane that the registry doesn't know is no mistake: only half of them are in it.
CREATE SCHEMA IF NOT EXISTS silver;
CREATE SCHEMA IF NOT EXISTS rejected;

CREATE OR REPLACE VIEW silver.flights_checked AS
SELECT
    f.*,
    CASE
        WHEN f.carrier IS NULL OR a.carrier IS NULL THEN 'unknown_carrier'
        WHEN d.faa IS NULL THEN 'unknown_destination'
        WHEN try_cast(f.dep_delay AS integer) IS NULL AND f.dep_time IS NOT NULL THEN 'departure_without_delay'
        WHEN try_cast(f.distance AS integer) <= 0 THEN 'bad_distance'
    END AS broken_rule
FROM bronze.flights AS f
LEFT JOIN bronze.airlines AS a ON a.carrier = f.carrier
LEFT JOIN bronze.airports AS d ON d.faa = f.dest;

CREATE OR REPLACE TABLE silver.flights PARTITIONED BY (month) AS
SELECT
    make_date(CAST(year AS integer), CAST(month AS integer), CAST(day AS integer)) AS date,
    CAST(month AS integer) AS month,
    CAST(hour AS integer) AS hour,
    carrier,
    CAST(flight AS integer) AS flight,
    tailnum,
    origin,
    dest,
    CAST(dep_time AS integer) AS dep_time,
    CAST(dep_delay AS integer) AS dep_delay,
    CAST(arr_delay AS integer) AS arr_delay,
    CAST(air_time AS integer) AS air_time,
    CAST(distance AS integer) AS distance,
    dep_time IS NULL AS cancelled,
    CAST(time_hour AS timestamp) AS time_hour
FROM silver.flights_checked
WHERE broken_rule IS NULL;

CREATE OR REPLACE TABLE rejected.flights AS
SELECT * FROM silver.flights_checked WHERE broken_rule IS NOT NULL;
