CREATE OR REPLACE TABLE silver.weather AS
SELECT
    origin,
    CAST(time_hour AS timestamp) AS time_hour,
    CAST(temp AS double) AS temperature,
    CAST(wind_speed AS double) AS wind_speed,
    CAST(precip AS double) AS precipitation,
    CAST(visib AS double) AS visibility
FROM bronze.weather;

CREATE OR REPLACE TABLE silver.planes AS
SELECT tailnum, CAST(year AS integer) AS built, manufacturer, model, CAST(seats AS integer) AS seats
FROM bronze.planes;

CREATE OR REPLACE TABLE silver.airlines AS SELECT carrier, name FROM bronze.airlines;
CREATE OR REPLACE TABLE silver.airports AS
SELECT faa, name, CAST(lat AS double) AS latitude, CAST(lon AS double) AS longitude, tzone FROM bronze.airports;
