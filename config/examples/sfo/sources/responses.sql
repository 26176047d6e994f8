-- One row per survey question asked of one passenger: the rating of the airport as a whole (csat, every year) and the
-- likelihood to recommend (nps, 2017 and 2018). Columns moved and were renamed from year to year, so each year first
-- says which of its columns means what; everything after that is written once.
WITH y2010 AS (
    SELECT
        2010 AS survey_year, RESPNUM AS respondent, Q6N AS overall, LANG AS questionnaire, Q2_1 AS purpose,
        DESTGEO AS destination, WEIGHT AS weight,
        make_date(2010, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on,
        -- 2010 has no HOME code; its country code 62 is the United States (every Bay Area home carries it), 0 is blank.
        CASE WHEN Q15 = '1' THEN 'Bay Area' WHEN COUNTRY = '62' THEN 'Rest of the US' WHEN COUNTRY <> '0' THEN 'Abroad' END
            AS lives_in
    FROM read_csv('${data}/2010.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2011 AS (
    SELECT
        2011 AS survey_year, RESPNUM AS respondent, Q8N AS overall, LANG AS questionnaire, Q2_1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q17 AS live,
        make_date(2011, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2011.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2012 AS (
    SELECT
        2012 AS survey_year, RESPNUM AS respondent, Q8N_WHOLE AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q17REGION AS live,
        make_date(2012, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2012.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2013 AS (
    SELECT
        2013 AS survey_year, RESPNUM AS respondent, Q7O_WHOLE AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q16_REGION AS live, WEIGHT AS weight,
        make_date(2013, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2013.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2014 AS (
    SELECT
        2014 AS survey_year, RESPNUM AS respondent, Q7ALL AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q16LIVE AS live, WEIGHT AS weight,
        make_date(2014, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2014.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2015 AS (
    SELECT
        2015 AS survey_year, RESPNUM AS respondent, Q7ALL AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q16LIVE AS live, WEIGHT AS weight,
        make_date(2015, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2015.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2016 AS (
    SELECT
        2016 AS survey_year, "*RESPNUM" AS respondent, Q7ALL AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q16LIVE AS live, WEIGHT AS weight,
        -- The only year with full dates: "05/11/2016 12:00:00 AM".
        CAST(strptime(substr(INTDATE, 1, 10), '%m/%d/%Y') AS DATE) AS interviewed_on
    FROM read_csv('${data}/2016.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2017 AS (
    SELECT
        2017 AS survey_year, RESPNUM AS respondent, Q7ALL AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q16LIVE AS live, WEIGHT AS weight, NETPRO AS recommend,
        make_date(2017, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2017.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2018 AS (
    SELECT
        2018 AS survey_year, RESPNUM AS respondent, Q7ALL AS overall, LANG AS questionnaire, Q2PURP1 AS purpose,
        DESTGEO AS destination, HOME AS home, Q17LIVE AS live, WEIGHT AS weight,
        -- The header reads "NETPRO  " with two blanks; DuckDB trims headers, the pattern fits either way.
        COLUMNS('^NETPRO *$') AS recommend,
        make_date(2018, 5, CAST(INTDATE AS INTEGER)) AS interviewed_on
    FROM read_csv('${data}/2018.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
passengers AS (
    SELECT * FROM y2010
    UNION ALL BY NAME SELECT * FROM y2011
    UNION ALL BY NAME SELECT * FROM y2012
    UNION ALL BY NAME SELECT * FROM y2013
    UNION ALL BY NAME SELECT * FROM y2014
    UNION ALL BY NAME SELECT * FROM y2015
    UNION ALL BY NAME SELECT * FROM y2016
    UNION ALL BY NAME SELECT * FROM y2017
    UNION ALL BY NAME SELECT * FROM y2018
),
described AS (
    SELECT
        survey_year,
        survey_year || '-' || respondent AS passenger,
        -- Paper forms filled in at the gate carry a day, not a time: noon at the airport, in UTC.
        (CAST(interviewed_on AS TIMESTAMP) + INTERVAL 12 HOUR) AT TIME ZONE 'America/Los_Angeles' AT TIME ZONE 'UTC'
            AS asked_at,
        TRY_CAST(overall AS INTEGER) AS overall,
        TRY_CAST(recommend AS INTEGER) AS recommend,
        -- County codes 1 to 9 changed their order between years; as a group they are the Bay Area in every year.
        CASE
            WHEN lives_in IS NOT NULL THEN lives_in
            WHEN TRY_CAST(home AS INTEGER) BETWEEN 1 AND 9 OR home = '90' THEN 'Bay Area'
            WHEN home IN ('10', '11', '12', '91') THEN 'Rest of the US'
            WHEN TRY_CAST(home AS INTEGER) BETWEEN 13 AND 19 THEN 'Abroad'
            -- Home left blank: where the passenger ticked to live (1 Bay Area, 2 rest of Northern California) is left.
            WHEN live = '1' THEN 'Bay Area'
            WHEN live = '2' THEN 'Rest of the US'
        END AS region,
        -- Codes 1 to 6 mean the same in every year. 8 (until 2013) and 0 (since 2014) are blank.
        CASE
            WHEN purpose IN ('1', '5') THEN 'Business'
            WHEN purpose = '2' THEN 'Leisure'
            WHEN purpose IN ('3', '6') THEN 'Family and friends'
            WHEN purpose NOT IN ('0', '8') THEN 'Other purpose'
        END AS segment,
        CASE WHEN TRY_CAST(destination AS INTEGER) <= 3 THEN 'Domestic flight'
             WHEN TRY_CAST(destination AS INTEGER) <= 9 THEN 'International flight' END AS product,
        CASE questionnaire WHEN '1' THEN 'en' WHEN '2' THEN 'es' WHEN '3' THEN 'zh' WHEN '4' THEN 'ja' END AS language,
        CAST(weight AS DOUBLE) AS weight
    FROM passengers
),
questions AS (
    -- 6 (never used) and 0 or the word "Blank" (left empty) are no answers.
    SELECT *, 'csat' AS survey, 1 AS scale_min, 5 AS scale_max, CASE WHEN overall BETWEEN 1 AND 5 THEN overall END AS score
    FROM described
    UNION ALL BY NAME
    -- 11 (left empty) is no answer. Only these two questionnaires asked the question.
    SELECT *, 'nps' AS survey, 0 AS scale_min, 10 AS scale_max,
        CASE WHEN recommend BETWEEN 0 AND 10 THEN recommend END AS score
    FROM described
    WHERE survey_year IN (2017, 2018)
)
SELECT
    passenger || '-' || survey AS response_id,
    CAST(NULL AS VARCHAR) AS customer_id,  -- anonymous, and nobody can be followed from one year to the next
    survey,
    'relationship' AS pattern,
    scale_min,
    scale_max,
    score,
    asked_at AS invited_at,
    CASE WHEN score IS NOT NULL THEN asked_at END AS responded_at,
    false AS dismissed,
    'store' AS channel,
    region,
    segment,
    product,
    language,
    weight
FROM questions
