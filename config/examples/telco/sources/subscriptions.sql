-- One contract per customer: the file has a single monthly charge for everything a customer uses. Dates as in
-- customers.sql; a contract ends the day its customer leaves.
SELECT
    customerID AS subscription_id,
    customerID AS customer_id,
    CASE InternetService WHEN 'No' THEN 'Phone only' ELSE InternetService END AS product,
    CAST(DATE '2019-01-28' - to_months(CAST(tenure AS INTEGER)) AS DATE) AS started_on,
    CASE WHEN Churn = 'Yes' THEN DATE '2019-02-28' END AS ended_on,
    -- Decimal, not floating point: 29.85 becomes exactly 2985 cents.
    CAST(CAST(MonthlyCharges AS DECIMAL(10, 2)) * 100 AS BIGINT) AS monthly_value,
    'USD' AS currency
FROM read_csv('${data}/Telco-Customer-Churn.csv', all_varchar = true, header = true, delim = ',', quote = '"')
