-- One row per touchpoint a passenger was asked to rate, 1 to 5, in every year. Items were added, dropped, renumbered and
-- renamed, so each year first says which of its columns is which touchpoint; the names below then hold for all years.
-- Ratings hang on the passenger's csat response, which exists in every year, and only there: hung on the nps response
-- too they would count twice.
WITH
y2010 AS (
    SELECT
        2010 AS survey_year, RESPNUM AS respondent, Q6A AS art, Q6B AS restaurants, Q6C AS shops, Q6D AS signs,
        Q6E AS walkways, Q6F AS screens, Q6G AS booths_lower, Q6H AS booths_upper, Q6I AS roads, Q6J AS parking,
        Q6K AS airtrain, Q6L AS shuttle, Q6M AS rental, Q8A AS clean_boarding, Q8B AS clean_parking,
        Q8C AS clean_airtrain, Q8D AS clean_rental, Q8E AS clean_restaurants, Q8F AS clean_restrooms,
        Q9 AS safety, Q13A AS finding, Q13B AS security
    FROM read_csv('${data}/2010.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2011 AS (
    SELECT
        2011 AS survey_year, RESPNUM AS respondent, Q8A AS art, Q8B AS restaurants, Q8C AS shops, Q8D AS signs,
        Q8E AS walkways, Q8F AS screens, Q8G AS booths_lower, Q8H AS booths_upper, Q8I AS roads, Q8J AS parking,
        Q8K AS airtrain, Q8L AS shuttle, Q8M AS rental, Q10A AS clean_boarding, Q10B AS clean_parking,
        Q10C AS clean_airtrain, Q10D AS clean_rental, Q10E AS clean_restaurants, Q10F AS clean_restrooms,
        Q11 AS safety, Q15A AS finding, Q15B AS security
    FROM read_csv('${data}/2011.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2012 AS (
    SELECT
        2012 AS survey_year, RESPNUM AS respondent, Q8A_ART AS art, Q8B_FOOD AS restaurants, Q8C_SHOP AS shops,
        Q8D_SIGNS AS signs, Q8E_WALK AS walkways, Q8F_SCREENS AS screens, Q8G_INFOARR AS booths_lower,
        Q8H_INFODEP AS booths_upper, Q8I_ROAD AS roads, Q8J_PARK AS parking, Q8K_AIRTRAIN AS airtrain,
        Q8L_LTPARK AS shuttle, Q8M_RENTAL AS rental, Q10A_CLNBOARD AS clean_boarding,
        Q10B_CLNPARK AS clean_parking, Q10C_CLNAIRTRAIN AS clean_airtrain, Q10D_CLNRENT AS clean_rental,
        Q10E_CLNFOOD AS clean_restaurants, Q10F_CLNBATH AS clean_restrooms, Q11SAFE AS safety,
        Q14RATEGETTO AS getting, Q15A_FIND AS finding, Q15B_SECURITY AS security
    FROM read_csv('${data}/2012.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2013 AS (
    SELECT
        2013 AS survey_year, RESPNUM AS respondent, Q7A_ART AS art, Q7B_FOOD AS restaurants, Q7C_SHOPS AS shops,
        Q7D_SIGNS AS signs, Q7E_WALK AS walkways, Q7F_SCREENS AS screens, Q7G_INFOARR AS booths_lower,
        Q7H_INFODEP AS booths_upper, Q7I_WIFI AS wifi, Q7J_ROAD AS roads, Q7K_PARK AS parking,
        Q7L_AIRTRAIN AS airtrain, Q7M_LTPARK AS shuttle, Q7N_RENTAL AS rental, Q9A_CLNBOARD AS clean_boarding,
        Q9B_CLNAIRTRAIN AS clean_airtrain, Q9C_CLNRENT AS clean_rental, Q9D_CLNFOOD AS clean_restaurants,
        Q9E_CLNBATH AS clean_restrooms, Q9F_CLNWHOLE AS clean_overall, Q10SAFE AS safety,
        Q13_RATEGETTO AS getting, Q14A_FIND AS finding, Q14B_SECURITY AS security
    FROM read_csv('${data}/2013.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2014 AS (
    SELECT
        2014 AS survey_year, RESPNUM AS respondent, Q7ART AS art, Q7FOOD AS restaurants, Q7STORE AS shops,
        Q7SIGN AS signs, Q7WALKWAYS AS walkways, Q7SCREENS AS screens, Q7INFODOWN AS booths_lower,
        Q7INFOUP AS booths_upper, Q7WIFI AS wifi, Q7ROADS AS roads, Q7PARK AS parking, Q7AIRTRAIN AS airtrain,
        Q7LTPARKING AS shuttle, Q7RENTAL AS rental, Q9BOARDING AS clean_boarding, Q9AIRTRAIN AS clean_airtrain,
        Q9RENTAL AS clean_rental, Q9FOOD AS clean_restaurants, Q9RESTROOM AS clean_restrooms,
        Q9ALL AS clean_overall, Q10SAFE AS safety, Q13GETRATE AS getting, Q14FIND AS finding,
        Q14PASSTHRU AS security
    FROM read_csv('${data}/2014.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2015 AS (
    SELECT
        2015 AS survey_year, RESPNUM AS respondent, Q7ART AS art, Q7FOOD AS restaurants, Q7STORE AS shops,
        Q7SIGN AS signs, Q7WALKWAYS AS walkways, Q7SCREENS AS screens, Q7INFODOWN AS booths_lower,
        Q7INFOUP AS booths_upper, Q7WIFI AS wifi, Q7ROADS AS roads, Q7PARK AS parking, Q7AIRTRAIN AS airtrain,
        Q7LTPARKING AS shuttle, Q7RENTAL AS rental, Q9BOARDING AS clean_boarding, Q9AIRTRAIN AS clean_airtrain,
        Q9RENTAL AS clean_rental, Q9FOOD AS clean_restaurants, Q9RESTROOM AS clean_restrooms,
        Q9ALL AS clean_overall, Q10SAFE AS safety, Q13GETRATE AS getting, Q14FIND AS finding,
        Q14PASSTHRU AS security
    FROM read_csv('${data}/2015.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2016 AS (
    SELECT
        2016 AS survey_year, "*RESPNUM" AS respondent, Q7ART AS art, Q7FOOD AS restaurants, Q7STORE AS shops,
        Q7SIGN AS signs, Q7WALKWAYS AS walkways, Q7SCREENS AS screens, Q7INFODOWN AS booths_lower,
        Q7INFOUP AS booths_upper, Q7WIFI AS wifi, Q7ROADS AS roads, Q7PARK AS parking, Q7AIRTRAIN AS airtrain,
        Q7LTPARKING AS shuttle, Q7RENTAL AS rental, Q9BOARDING AS clean_boarding, Q9AIRTRAIN AS clean_airtrain,
        Q9RENTAL AS clean_rental, Q9FOOD AS clean_restaurants, Q9RESTROOM AS clean_restrooms,
        Q9ALL AS clean_overall, Q10SAFE AS safety, Q13GETRATE AS getting, Q14FIND AS finding,
        Q14PASSTHRU AS security
    FROM read_csv('${data}/2016.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2017 AS (
    SELECT
        2017 AS survey_year, RESPNUM AS respondent, Q7ART AS art, Q7FOOD AS restaurants, Q7STORE AS shops,
        Q7SIGN AS signs, Q7WALKWAYS AS walkways, Q7SCREENS AS screens, Q7INFODOWN AS booths_lower,
        Q7INFOUP AS booths_upper, Q7WIFI AS wifi, Q7ROADS AS roads, Q7PARK AS parking, Q7AIRTRAIN AS airtrain,
        Q7LTPARKING AS shuttle, Q7RENTAL AS rental, Q9BOARDING AS clean_boarding, Q9AIRTRAIN AS clean_airtrain,
        Q9RENTAL AS clean_rental, Q9FOOD AS clean_restaurants, Q9RESTROOM AS clean_restrooms,
        Q9ALL AS clean_overall, Q10SAFE AS safety, Q13GETRATE AS getting, Q14FIND AS finding,
        Q14PASSTHRU AS security
    FROM read_csv('${data}/2017.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
y2018 AS (
    SELECT
        -- The header reads "Q14FIND " with a blank; DuckDB trims headers, the pattern fits either way.
        2018 AS survey_year, RESPNUM AS respondent, Q7ART AS art, Q7FOOD AS restaurants, Q7STORE AS shops,
        Q7SIGN AS signs, Q7WALKWAY AS walkways, Q7SCREENS AS screens, Q7INFODOWN AS booths_lower,
        Q7INFOUP AS booths_upper, Q7WIFI AS wifi, Q7ROADS AS roads, Q7PARK AS parking, Q7AIRTRAIN AS airtrain,
        Q7LTPARKING AS shuttle, Q7RENTAL AS rental, Q9Boarding AS clean_boarding, Q9AirTrain AS clean_airtrain,
        Q9Rental AS clean_rental, Q9Food AS clean_restaurants, Q9Restroom AS clean_restrooms,
        Q9All AS clean_overall, Q10Safe AS safety, Q13GETRATE AS getting, COLUMNS('^Q14FIND *$') AS finding,
        Q14PASSTHRU AS security
    FROM read_csv('${data}/2018.csv', all_varchar = true, header = true, delim = ',', quote = '"')
),
forms AS (
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
answers AS (
    UNPIVOT forms ON COLUMNS(* EXCLUDE (survey_year, respondent)) INTO NAME item VALUE answer
),
touchpoints (item, touchpoint) AS (
    VALUES
        ('art', 'Artwork and exhibitions'),
        ('restaurants', 'Restaurants'),
        ('shops', 'Shops'),
        ('signs', 'Signs inside the airport'),
        ('walkways', 'Escalators, elevators, walkways'),
        ('screens', 'Information screens'),
        ('booths_lower', 'Information booths, arrivals'),
        ('booths_upper', 'Information booths, departures'),
        ('wifi', 'Wi-Fi'),
        ('roads', 'Signs on airport roads'),
        ('parking', 'Parking'),
        ('airtrain', 'AirTrain'),
        ('shuttle', 'Long-term parking shuttle'),
        ('rental', 'Rental car centre'),
        ('clean_boarding', 'Cleanliness: boarding areas'),
        ('clean_parking', 'Cleanliness: parking'),
        ('clean_airtrain', 'Cleanliness: AirTrain'),
        ('clean_rental', 'Cleanliness: rental car centre'),
        ('clean_restaurants', 'Cleanliness: restaurants'),
        ('clean_restrooms', 'Cleanliness: restrooms'),
        ('clean_overall', 'Cleanliness overall'),
        ('safety', 'Feeling of safety'),
        ('getting', 'Getting to the airport'),
        ('finding', 'Finding the way'),
        ('security', 'Security screening')
)
SELECT
    survey_year || '-' || respondent || '-csat' AS response_id,
    touchpoint,
    -- 6 is "never used or visited": the row stays, so that reach can be counted. 0 (left empty) is no row at all.
    CASE WHEN answer <> '6' THEN CAST(answer AS INTEGER) END AS rating,
    1 AS scale_min,
    5 AS scale_max
FROM answers
JOIN touchpoints USING (item)
WHERE answer IN ('1', '2', '3', '4', '5', '6')
