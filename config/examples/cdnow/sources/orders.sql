-- One row per purchase. Columns are separated by one or more blanks, so every line is read whole (no line contains the
-- delimiter, a bar) and taken apart here; the first line is the header.
WITH lines AS (
    SELECT regexp_split_to_array(trim(line), '\s+') AS field
    FROM read_csv('${data}/CDNOW_master.txt', columns = {'line': 'VARCHAR'}, header = true, delim = '|', quote = '',
                  escape = '', auto_detect = false)
),
purchases AS (
    SELECT
        field[1] AS customer_id,
        field[2] AS bought_on,
        CAST(field[3] AS INTEGER) AS discs,
        CAST(field[4] AS DECIMAL(10, 2)) AS amount
    FROM lines
)
SELECT
    -- The file numbers no purchase. Customer, day and position within the day do; purchases that agree in everything
    -- are interchangeable, so the numbering does not depend on the order of lines.
    customer_id || '-' || bought_on || '-' || row_number() OVER (PARTITION BY customer_id, bought_on ORDER BY discs, amount)
        AS order_id,
    customer_id,
    -- A day without a time: noon at the shop, in UTC.
    (strptime(bought_on, '%Y%m%d') + INTERVAL 12 HOUR) AT TIME ZONE 'America/New_York' AT TIME ZONE 'UTC' AS ordered_at,
    'web' AS channel,
    CAST(amount * 100 AS BIGINT) AS amount,
    'USD' AS currency,
    false AS returned
FROM purchases
