-- Bronze: the five files as they are; "NA" is how the source writes a missing value.
CREATE SCHEMA IF NOT EXISTS bronze;
CREATE OR REPLACE TABLE bronze.flights AS SELECT * FROM read_csv('raw/flights.csv', all_varchar = true, nullstr = 'NA');
CREATE OR REPLACE TABLE bronze.weather AS SELECT * FROM read_csv('raw/weather.csv', all_varchar = true, nullstr = 'NA');
CREATE OR REPLACE TABLE bronze.planes AS SELECT * FROM read_csv('raw/planes.csv', all_varchar = true, nullstr = 'NA');
CREATE OR REPLACE TABLE bronze.airports AS SELECT * FROM read_csv('raw/airports.csv', all_varchar = true, nullstr = 'NA');
CREATE OR REPLACE TABLE bronze.airlines AS SELECT * FROM read_csv('raw/airlines.csv', all_varchar = true, nullstr = 'NA');
