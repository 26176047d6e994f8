-- One row per customer of the cohort that first bought in January to March 1997. Nobody cancels a shop, so "lost" is a
-- rule: 180 days without a purchase after the last one known. The file ends on 30 June 1998; whoever bought after
-- 1 January 1998 has not had 180 days to be silent and counts as a customer still.
WITH lines AS (
    SELECT regexp_split_to_array(trim(line), '\s+') AS field
    FROM read_csv('${data}/CDNOW_master.txt', columns = {'line': 'VARCHAR'}, header = true, delim = '|', quote = '',
                  escape = '', auto_detect = false)
),
spans AS (
    SELECT
        field[1] AS customer_id,
        CAST(min(strptime(field[2], '%Y%m%d')) AS DATE) AS first_bought_on,
        CAST(max(strptime(field[2], '%Y%m%d')) AS DATE) AS last_bought_on
    FROM lines
    GROUP BY field[1]
)
SELECT
    customer_id,
    first_bought_on AS joined_on,
    CASE WHEN last_bought_on + 180 <= DATE '1998-06-30' THEN last_bought_on + 180 END AS left_on,
    'First bought ' || strftime(first_bought_on, '%Y-%m') AS segment
FROM spans
