-- One row per call. The archive writes one record per call: the voice menu (VRU) first, then perhaps the queue, then
-- perhaps an agent.
WITH recorded AS (
    -- null_padding, because two records of October lack one tab and so have 16 columns instead of 17. The months are
    -- read apart: January ends its lines with CR LF, October with LF.
    SELECT * FROM read_csv('${data}/january.txt', all_varchar = true, header = true, delim = '\t', quote = '', escape = '',
                           null_padding = true)
    UNION ALL BY NAME
    SELECT * FROM read_csv('${data}/october.txt', all_varchar = true, header = true, delim = '\t', quote = '', escape = '',
                           null_padding = true)
),
calls AS (
    SELECT
        "vru+line" AS line, call_id, customer_id, trim(priority) AS priority, trim(type) AS service, "date" AS called_on,
        vru_entry AS called_at, CAST(q_time AS INTEGER) AS queue_seconds, trim(outcome) AS ending,
        CAST(ser_time AS INTEGER) AS service_seconds, trim(server) AS agent
    FROM recorded
    WHERE server IS NOT NULL
    UNION ALL BY NAME
    -- The two short records: priority and type share one field ("0       NW"), so everything after stands one column
    -- too far left. Nothing else is lost; they are put right, not dropped.
    SELECT
        "vru+line" AS line, call_id, customer_id, split_part(trim(priority), ' ', 1) AS priority,
        split_part(trim(priority), ' ', -1) AS service, type AS called_on, "date" AS called_at,
        CAST(q_exit AS INTEGER) AS queue_seconds, trim(q_time) AS ending,
        CAST(ser_exit AS INTEGER) AS service_seconds, trim(ser_time) AS agent
    FROM recorded
    WHERE server IS NULL
)
SELECT
    -- Line and call number are unique within a month; the day keeps them apart for good.
    called_on || '-' || line || '-' || call_id AS contact_id,
    -- 0 is a caller the system did not identify. Numbers like 6.02E+11 were damaged by a spreadsheet: twelve digits cut
    -- to three or six, so that they may lump several customers together.
    CASE WHEN trim(customer_id) <> '0' AND customer_id NOT LIKE '%E+%' THEN trim(customer_id) END AS customer_id,
    'phone' AS channel,
    -- A caller who hung up without ever queueing met only the voice menu.
    CASE WHEN ending = 'HANG' AND queue_seconds = 0 THEN 'self_service' ELSE 'human' END AS actor,
    -- Call-backs (TT) too: the customer had called and asked for it, and then waited in the same queue.
    'in' AS direction,
    -- Years are written with two digits ("990101") and times without leading zero ("9:05:17"), Israel time.
    strptime('19' || called_on || ' ' || called_at, '%Y%m%d %H:%M:%S') AT TIME ZONE 'Asia/Jerusalem' AT TIME ZONE 'UTC'
        AS started_at,
    -- 0 stands both for "never queued" and for hanging up within the first second; neither waited.
    nullif(queue_seconds, 0) AS wait_seconds,
    -- Calls that were hung up may carry a few "service" seconds without an agent: nobody served them. And 0 seconds with
    -- an agent are a service whose length was not recorded.
    CASE WHEN ending = 'AGENT' THEN nullif(service_seconds, 0) END AS handle_seconds,
    CASE service
        WHEN 'PS' THEN 'Banking'
        WHEN 'PE' THEN 'Banking in English'
        WHEN 'IN' THEN 'Internet support'
        WHEN 'NE' THEN 'Stock exchange'
        WHEN 'NW' THEN 'Prospective customer'
        WHEN 'TT' THEN 'Call-back'
        ELSE service  -- "AA" occurs twice in January and is documented nowhere
    END AS reason,
    -- Only priority 2 is served ahead. 1 is a regular customer, 0 nearly always a caller who was not identified.
    CASE
        WHEN priority = '2' THEN 'Priority customer'
        WHEN priority = '1' OR trim(customer_id) <> '0' THEN 'Regular customer'
        ELSE 'Not identified'
    END AS segment,
    CASE WHEN ending = 'AGENT' AND agent <> 'NO_SERVER' THEN agent END AS agent_id,
    -- PHANTOM is, in the words of the archive, "a virtual call to be ignored": in the queue, given up by nobody. The archive's
    -- own abandonment counts it among the calls that queued, so it stays, neither resolved nor abandoned.
    CASE ending WHEN 'AGENT' THEN 'resolved' WHEN 'HANG' THEN 'abandoned' WHEN 'PHANTOM' THEN 'unresolved' END AS outcome,
    false AS transferred,
    false AS escalated
FROM calls
