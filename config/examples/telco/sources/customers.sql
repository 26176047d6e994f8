-- One row per customer. The file has tenures instead of dates, so every date hangs on a reference month, February 2019:
-- when it began all 7,043 customers were there, and those who churned left in it. Tenure counts the months completed by
-- then. Day 28 exists in every month, so going back whole months never clips a date; somebody with tenure 0 (28 January)
-- joined before the month began; and in February 2019 it is the last day, so the month is complete in the data.
SELECT
    customerID AS customer_id,
    CAST(DATE '2019-01-28' - to_months(CAST(tenure AS INTEGER)) AS DATE) AS joined_on,
    -- The day within the month is not known. On this one, lifetimes are whole months: tenure + 1 for all who left.
    CASE WHEN Churn = 'Yes' THEN DATE '2019-02-28' END AS left_on,
    Contract AS segment
FROM read_csv('${data}/Telco-Customer-Churn.csv', all_varchar = true, header = true, delim = ',', quote = '"')
