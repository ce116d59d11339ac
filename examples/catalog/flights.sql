-- Three million domestic flights in the United States, January to June 2001, with the airports they used and the state capitals
-- they served: one source each in Parquet, CSV and JSON, joined by views. Paths are relative to this file.
--
-- The files come with the npm package `vega-datasets` (BSD-3-Clause), which Everport's own development dependencies install:
--   flights-3m.parquet      U.S. Bureau of Transportation Statistics: flights that airlines must report (14 CFR Part 234)
--   airports.csv            Data.gov: airports of the United States and its territories
--   us-state-capitals.json  U.S. Geological Survey, The National Map: where the fifty state capitols stand

-- Parquet. `departed_at` is when it left, local time; the delay is that of its arrival, negative when early. Cancelled flights are not in it.
CREATE VIEW flights AS
SELECT
  date AS departed_at,
  CAST(delay AS INTEGER) AS delay_minutes,
  CAST(distance AS INTEGER) AS distance_miles,
  origin,
  destination
FROM read_parquet('../../node_modules/vega-datasets/data/flights-3m.parquet');

-- CSV. The columns are named rather than guessed: guessing takes longer than most queries.
CREATE VIEW airports AS
SELECT iata, name, city, state, country, latitude, longitude
FROM read_csv(
  '../../node_modules/vega-datasets/data/airports.csv',
  header = true,
  auto_detect = false,
  delim = ',',
  quote = '"',
  columns = {
    'iata': 'VARCHAR', 'name': 'VARCHAR', 'city': 'VARCHAR', 'state': 'VARCHAR', 'country': 'VARCHAR',
    'latitude': 'DOUBLE', 'longitude': 'DOUBLE'
  }
);

-- JSON. Small: a query of it takes a millisecond or two, which suits loops that watch a failover.
CREATE VIEW state_capitals AS
SELECT state, city, lat AS latitude, lon AS longitude
FROM read_json(
  '../../node_modules/vega-datasets/data/us-state-capitals.json',
  columns = { 'lon': 'DOUBLE', 'lat': 'DOUBLE', 'state': 'VARCHAR', 'city': 'VARCHAR' }
);

-- Flights from which cities arrive latest?   SELECT * FROM late_cities LIMIT 10
-- Cities with fewer than 1,000 flights are left out: one bad week would put them on top.
-- The quotient of two integers is an integer: the cast keeps what is behind the point.
CREATE VIEW late_cities AS
SELECT
  airports.city,
  airports.state,
  sum(traffic.flights)::BIGINT AS flights,
  round(sum(traffic.delay_minutes)::DOUBLE / sum(traffic.flights), 1) AS delay_minutes_average,
  round(100.0 * sum(traffic.late_flights) / sum(traffic.flights), 1) AS late_percent
FROM (
  -- Added up by airport before the join: 229 rows meet the airports, not three million.
  SELECT
    origin,
    count(*) AS flights,
    sum(delay_minutes) AS delay_minutes,
    count(*) FILTER (delay_minutes > 15) AS late_flights
  FROM flights
  GROUP BY origin
) AS traffic
JOIN airports ON airports.iata = traffic.origin
GROUP BY airports.city, airports.state
HAVING sum(traffic.flights) >= 1000
ORDER BY delay_minutes_average DESC;

-- How does delay grow through the day?   SELECT * FROM delay_by_hour
CREATE VIEW delay_by_hour AS
SELECT
  hour(departed_at) AS hour_of_day,
  count(*) AS flights,
  round(avg(delay_minutes), 1) AS delay_minutes_average
FROM flights
GROUP BY hour_of_day
ORDER BY hour_of_day;

-- Flying to a state capital: where is its nearest airport with scheduled flights, and how late do they get there?
-- All three sources meet here.   SELECT * FROM capitals_by_air ORDER BY delay_minutes_average DESC LIMIT 10
CREATE VIEW capitals_by_air AS
WITH arrivals AS (
  SELECT destination, count(*) AS flights, avg(delay_minutes) AS delay_minutes
  FROM flights
  GROUP BY destination
),
pairs AS (
  -- Great-circle distance (haversine), miles.
  SELECT
    state_capitals.state,
    state_capitals.city AS capital,
    airports.iata,
    airports.name AS airport,
    arrivals.flights,
    arrivals.delay_minutes,
    7918 * asin(sqrt(
      pow(sin(radians(airports.latitude - state_capitals.latitude) / 2), 2)
      + cos(radians(airports.latitude)) * cos(radians(state_capitals.latitude))
        * pow(sin(radians(airports.longitude - state_capitals.longitude) / 2), 2)
    )) AS miles
  FROM state_capitals
  CROSS JOIN arrivals
  JOIN airports ON airports.iata = arrivals.destination
)
SELECT
  state,
  capital,
  arg_min(iata, miles) AS iata,
  arg_min(airport, miles) AS airport,
  round(min(miles), 0)::INTEGER AS miles_away,
  arg_min(flights, miles) AS flights,
  round(arg_min(delay_minutes, miles), 1) AS delay_minutes_average
FROM pairs
GROUP BY state, capital
ORDER BY state;
