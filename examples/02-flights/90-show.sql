SELECT * FROM gold.carrier_punctuality ORDER BY percent_late DESC LIMIT 5;
SELECT * FROM gold.delay_by_weather ORDER BY average_departure_delay DESC;
SELECT * FROM gold.monthly_traffic WHERE month = 7 ORDER BY origin;
SELECT * FROM gold.fleet ORDER BY planes DESC LIMIT 5;
SELECT broken_rule, count(*) AS flights FROM rejected.flights GROUP BY broken_rule ORDER BY broken_rule;
