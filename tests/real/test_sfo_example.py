"""San Francisco Airport 2010–2018: known answers, and evidence that columns of nine years mean the same."""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import pytest
from scipy.stats import spearmanr

NPS = "100.0 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(score)"


@pytest.mark.parametrize(("year", "asked", "answered", "nps"), [(2017, 2831, 2746, 39.8), (2018, 2809, 2650, 31.0)])
def test_nps_is_the_known_answer(sfo: Any, year: int, asked: int, answered: int, nps: float) -> None:
    """Unweighted NPS and its n; 11 and blank are asked and not answered."""
    found = sfo.row(
        f"SELECT count(*), count(score), {NPS} FROM responses WHERE survey = 'nps' AND year(invited_at) = {year}"
    )
    assert found == (asked, answered, pytest.approx(nps, abs=0.05))


def test_nps_was_asked_in_two_years_only(sfo: Any) -> None:
    """No year is given a recommendation question it did not have."""
    assert sfo.rows("SELECT DISTINCT year(invited_at) AS y FROM responses WHERE survey = 'nps' ORDER BY y") == [
        (2017,),
        (2018,),
    ]


def test_every_passenger_is_asked_the_overall_question_once(sfo: Any) -> None:
    """One csat row per row of the nine files, answered or not."""
    found = dict(sfo.rows("SELECT year(invited_at), count(*) FROM responses WHERE survey = 'csat' GROUP BY ALL"))
    files = {year: sum(1 for _ in _read(sfo, year)) for year in range(2010, 2019)}
    assert found == files
    assert sum(files.values()) == 28_665


@pytest.mark.parametrize(("year", "mean"), [(2014, 4.00), (2015, 4.05), (2016, 4.04), (2017, 4.06), (2018, 4.00)])
def test_overall_mean_is_the_known_answer(sfo: Any, year: int, mean: float) -> None:
    """Mean of the overall rating, without 6, 0 and the word Blank."""
    (found,) = sfo.row(f"SELECT avg(score) FROM responses WHERE survey = 'csat' AND year(invited_at) = {year}")
    assert found == pytest.approx(mean, abs=0.005)


@pytest.mark.parametrize(("year", "correlation"), [(2017, 0.55), (2018, 0.60)])
def test_overall_and_recommendation_belong_to_the_same_passenger(sfo: Any, year: int, correlation: float) -> None:
    """The two answers of one passenger correlate as known; a shifted column or a wrong join would not."""
    (found,) = sfo.row(
        f"""SELECT corr(a.score, b.score) FROM responses AS a JOIN responses AS b
            ON b.response_id = regexp_replace(a.response_id, 'csat$', 'nps')
            WHERE a.survey = 'csat' AND b.survey = 'nps' AND year(a.invited_at) = {year}"""
    )
    assert found == pytest.approx(correlation, abs=0.005)


@pytest.mark.parametrize("year", [2017, 2018])
def test_weights_stay_with_their_answers(sfo: Any, year: int) -> None:
    """The weighted NPS from the mapping is the one from the file, and it is another than the unweighted."""
    total = plus = minus = 0.0
    for row in _read(sfo, year):
        answer, weight = row["NETPRO"], float(row["WEIGHT"])
        if answer.isdigit() and int(answer) <= 10:
            total += weight
            plus += weight * (int(answer) >= 9)
            minus += weight * (int(answer) <= 6)
    weighted, plain = sfo.row(
        f"""SELECT 100 * sum(weight * (CAST(score >= 9 AS INTEGER) - CAST(score <= 6 AS INTEGER))) / sum(weight), {NPS}
            FROM responses WHERE survey = 'nps' AND score IS NOT NULL AND year(invited_at) = {year}"""
    )
    assert weighted == pytest.approx(100 * (plus - minus) / total)
    assert abs(weighted - plain) > 0.1


def test_weights_average_one_where_they_exist(sfo: Any) -> None:
    """Weights of a year average 1; 2011 and 2012 have none."""
    found = dict(sfo.rows("SELECT year(invited_at), avg(weight) FROM responses WHERE survey = 'csat' GROUP BY ALL"))
    assert {year for year, mean in found.items() if mean is None} == {2011, 2012}
    assert [mean for mean in found.values() if mean is not None] == pytest.approx([1.0] * 7, abs=1e-4)


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_interview_days_agree_with_the_recorded_weekday(sfo: Any, year: int) -> None:
    """The weekday of the business day is the one the interviewer wrote down (two slips in 2017)."""
    local = "CAST(invited_at AT TIME ZONE 'UTC' AT TIME ZONE 'America/Los_Angeles' AS TIMESTAMP)"
    found = Counter(
        dict(
            sfo.rows(
                f"""SELECT dayofweek({local}), count(*) FROM responses WHERE survey = 'csat'
                    AND year({local}) = {year} AND month({local}) = 5 AND hour({local}) = 12 GROUP BY ALL"""
            )
        )
    )
    names = {"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THUR": 4, "FRI": 5, "SAT": 6}
    recorded = Counter(names[r["DAY"]] if r["DAY"] in names else int(r["DAY"]) - 1 for r in _read(sfo, year))
    assert sum(abs(found[day] - recorded[day]) for day in range(7)) <= (4 if year == 2017 else 0)


@pytest.mark.parametrize(
    ("column", "value", "low", "high"),
    [
        ("region", "Bay Area", 0.29, 0.37),
        ("region", "Rest of the US", 0.39, 0.51),
        ("region", "Abroad", 0.13, 0.27),
        ("segment", "Business", 0.26, 0.36),
        ("segment", "Leisure", 0.36, 0.46),
        ("segment", "Family and friends", 0.20, 0.27),
        ("product", "Domestic flight", 0.61, 0.79),
        ("language", "en", 0.92, 0.97),
    ],
)
def test_who_passengers_are_is_stable_over_the_years(
    sfo: Any, column: str, value: str, low: float, high: float
) -> None:
    """Shares of home, purpose and flight move little: a code read with another year's key would jump."""
    shares = sfo.rows(
        f"""SELECT year(invited_at), avg(CAST(coalesce({column} = '{value}', false) AS INTEGER))
            FROM responses WHERE survey = 'csat' GROUP BY ALL"""
    )
    assert len(shares) == 9
    assert all(low < share < high for _, share in shares), sorted(shares)


def test_touchpoints_of_every_year(sfo: Any) -> None:
    """Twenty-five touchpoints; those not asked in all nine years are the known ones."""
    years = dict(sfo.rows("SELECT touchpoint, count(DISTINCT response_id[1:4]) FROM touchpoint_ratings GROUP BY ALL"))
    assert len(years) == 25
    assert {name: n for name, n in years.items() if n < 9} == {
        "Cleanliness: parking": 3,
        "Cleanliness overall": 6,
        "Wi-Fi": 6,
        "Getting to the airport": 7,
    }


def test_touchpoints_mean_the_same_from_year_to_year(sfo: Any) -> None:
    """Reach and mean of every touchpoint move little between neighbouring years, so no two unlike ones are swapped."""
    profile = {
        (int(year), touchpoint): (unused, mean)
        for year, touchpoint, unused, mean in sfo.rows(
            """SELECT response_id[1:4], touchpoint, avg(CAST(rating IS NULL AS INTEGER)), avg(rating)
               FROM touchpoint_ratings GROUP BY ALL"""
        )
    }
    for year in range(2010, 2018):
        both = sorted({t for y, t in profile if y == year} & {t for y, t in profile if y == year + 1})
        assert len(both) >= 21
        for measure, furthest, alike in ((0, 0.12, 0.97), (1, 0.35, 0.90)):
            before = [profile[year, t][measure] for t in both]
            after = [profile[year + 1, t][measure] for t in both]
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < furthest
            assert spearmanr(before, after).statistic > alike


def test_touchpoints_rise_with_the_overall_rating(sfo: Any) -> None:
    """In every year every touchpoint correlates with the overall rating: no column with reversed or foreign codes."""
    found = sfo.rows(
        """SELECT year(invited_at), touchpoint, corr(rating, score)
           FROM touchpoint_ratings JOIN responses USING (response_id) GROUP BY ALL"""
    )
    assert len(found) == 9 * 21 + 3 + 6 + 6 + 7
    assert all(0.15 < r < 0.75 for *_, r in found), min(found, key=lambda row: row[2])


def test_never_used_is_kept_and_blank_is_not(sfo: Any) -> None:
    """Restrooms of 2017: 105 never used (no rating), 73 left empty (no row)."""
    found = sfo.row(
        """SELECT count(*), count(rating), avg(rating) FROM touchpoint_ratings
           WHERE touchpoint = 'Cleanliness: restrooms' AND response_id LIKE '2017-%'"""
    )
    given = [int(row["Q9RESTROOM"]) for row in _read(sfo, 2017)]
    rated = [answer for answer in given if 1 <= answer <= 5]
    assert found == (2831 - 73, 2831 - 73 - 105, pytest.approx(sum(rated) / len(rated)))


def _read(sfo: Any, year: int) -> list[dict[str, str]]:
    with (sfo.data / f"{year}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{key.strip(): value for key, value in row.items() if key} for row in csv.DictReader(file)]
