-- Gold: which airlines are late, where, and in what weather.
CREATE SCHEMA IF NOT EXISTS gold;

CREATE OR REPLACE TABLE gold.carrier_punctuality AS
SELECT
    a.name AS airline,
    count(*) AS flights,
    sum(CASE WHEN f.cancelled THEN 1 ELSE 0 END) AS cancelled,
    round(avg(f.arr_delay), 2) AS average_arrival_delay,
    round(100.0 * count(*) FILTER (WHERE f.arr_delay > 15) / count(f.arr_delay), 2) AS percent_late
FROM silver.flights AS f
JOIN silver.airlines AS a USING (carrier)
GROUP BY a.name
ORDER BY percent_late DESC;

CREATE OR REPLACE TABLE gold.monthly_traffic AS
SELECT
    f.origin,
    f.month,
    count(*) AS flights,
    sum(f.distance) AS miles,
    round(avg(f.dep_delay), 2) AS average_departure_delay
FROM silver.flights AS f
GROUP BY f.origin, f.month
ORDER BY f.origin, f.month;

CREATE OR REPLACE TABLE gold.delay_by_weather AS
SELECT
    CASE
        WHEN w.precipitation > 0 AND w.visibility < 3 THEN 'storm'
        WHEN w.precipitation > 0 THEN 'rain'
        WHEN w.visibility < 3 THEN 'fog'
        ELSE 'fair'
    END AS conditions,
    count(*) AS flights,
    round(avg(f.dep_delay), 2) AS average_departure_delay
FROM silver.flights AS f
JOIN silver.weather AS w ON w.origin = f.origin AND w.time_hour = f.time_hour
WHERE NOT f.cancelled
GROUP BY 1
ORDER BY average_departure_delay DESC;

CREATE OR REPLACE TABLE gold.fleet AS
SELECT
    a.name AS airline,
    count(DISTINCT f.tailnum) AS planes,
    round(avg(2013 - p.built), 1) AS average_age,
    sum(p.seats) AS seats_flown
FROM silver.flights AS f
JOIN silver.airlines AS a USING (carrier)
JOIN silver.planes AS p USING (tailnum)
WHERE NOT f.cancelled
GROUP BY a.name
ORDER BY planes DESC;
