"""Answers, ratings, customers, revenue and visits as one person would write them for DuckDB."""

from __future__ import annotations

from tests.benchmarks.hand_fact import HandFact, bucket_of, day_of


def _bars(survey: str, low: int, high: int) -> list[str]:
    bars = [f"count(*) FILTER (survey = '{survey}' AND score = {n}) AS {survey}_{n}" for n in range(low, high + 1)]
    return [*bars, f"count(*) FILTER (survey = '{survey}' AND pattern = 'transactional') AS {survey}_transactional"]


SCORES = HandFact(
    f"""SELECT {day_of("responded_at")} AS day, {bucket_of("coalesce(customer_id, response_id)")} AS bucket,
      channel, region, segment, product, stage, language, touchpoint, team, pattern, response_id, customer_id, survey,
      score, responded_at, contact_id, comment
    FROM responses WHERE score IS NOT NULL AND responded_at IS NOT NULL""",
    "day, response_id",
    (*_bars("nps", 0, 10), *_bars("csat", 1, 5), *_bars("ces", 1, 7)),
    (
        ("channel", "region", "segment"),
        ("channel", "stage", "product"),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("stage", "bucket"),
        ("touchpoint", "bucket"),
        ("stage", "region", "segment"),
        ("product", "region", "segment"),
        ("touchpoint", "region", "segment"),
    ),
)
INVITATIONS = HandFact(
    f"""SELECT {day_of("invited_at")} AS day, {bucket_of("coalesce(customer_id, response_id)")} AS bucket,
      channel, region, segment, product, stage, touchpoint, team, survey, pattern, response_id, customer_id, delivered,
      score, dismissed
    FROM responses""",
    "day, response_id",
    (
        "count(*) FILTER (coalesce(delivered, true)) AS delivered",
        "count(*) FILTER (score IS NOT NULL AND coalesce(delivered, true)) AS answered",
    ),
    (
        ("channel", "region", "segment"),
        ("channel", "stage", "product"),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("stage", "bucket"),
    ),
)
RATINGS = HandFact(
    f"""SELECT {day_of("coalesce(responded_at, invited_at)")} AS day,
      {bucket_of("coalesce(customer_id, response_id)")} AS bucket, t.touchpoint, channel, region, segment, product,
      stage, pattern, response_id, customer_id, t.rating, t.scale_min, t.scale_max, survey, score, responded_at
    FROM touchpoint_ratings AS t JOIN responses AS r USING (response_id)""",
    "day, response_id, touchpoint",
    (
        "count(rating) FILTER (scale_max > scale_min) AS ratings",
        """count(*) FILTER (scale_max > scale_min AND 4 * (rating - scale_min) >= 3 * (scale_max - scale_min))
          AS ratings_satisfied""",
    ),
    (("touchpoint", "region", "segment"), ("touchpoint", "channel", "product"), ("touchpoint", "bucket")),
)
_GROUPS = {"d": (0, 6), "m": (7, 8), "p": (9, 10)}
RATING_PAIRS = HandFact(
    f"""WITH answers AS (
      SELECT *, lag(channel) OVER own AS channel_before, lag(score) OVER own AS score_before,
        lag(responded_at) OVER own AS responded_at_before
      FROM responses
      WHERE survey = 'nps' AND pattern = 'transactional' AND customer_id IS NOT NULL AND score IS NOT NULL
        AND responded_at IS NOT NULL AND channel IS NOT NULL
      WINDOW own AS (PARTITION BY customer_id ORDER BY responded_at, response_id))
    SELECT {day_of("responded_at")} AS day, {bucket_of("customer_id")} AS bucket,
      least(channel_before, channel) AS first_channel, greatest(channel_before, channel) AS second_channel,
      region, segment, product, response_id, customer_id,
      CASE WHEN channel_before <= channel THEN score_before ELSE score END AS first_score,
      CASE WHEN channel_before <= channel THEN score ELSE score_before END AS second_score,
      responded_at, responded_at_before
    FROM answers WHERE responded_at <= responded_at_before + INTERVAL 90 DAY""",
    "day, response_id",
    tuple(
        f"count(*) FILTER (first_score BETWEEN {a} AND {b} AND second_score BETWEEN {c} AND {d}) AS nps_{one}{other}"
        for one, (a, b) in _GROUPS.items()
        for other, (c, d) in _GROUPS.items()
    ),
    (("first_channel", "second_channel", "bucket"), ("first_channel", "second_channel", "region", "segment")),
)
CUSTOMERS = HandFact(
    f"""WITH known AS (SELECT *, {bucket_of("customer_id")} AS bucket FROM customers
      WHERE left_on IS NULL OR left_on > joined_on)
    SELECT joined_on AS day, bucket, region, segment, language, acquisition_channel, customer_id, 1 AS joined,
      0 AS lost, joined_on, left_on FROM known
    UNION ALL SELECT left_on, bucket, region, segment, language, acquisition_channel, customer_id, 0, 1, joined_on,
      left_on FROM known WHERE left_on IS NOT NULL""",
    "day, customer_id, lost",
    ("sum(joined)::BIGINT AS joined", "sum(lost)::BIGINT AS lost"),
    (("region", "segment"), ("bucket",)),
)
_IN_FORCE = "(started_on <= {0} AND (ended_on IS NULL OR ended_on > {0}))"
_AT_START, _AT_STOP = _IN_FORCE.format("window_start"), _IN_FORCE.format("window_stop")
REVENUE = HandFact(
    f"""WITH windows AS (
      SELECT grain AS window_grain, begins::DATE AS window_start, (begins + length)::DATE AS window_stop
      FROM (SELECT grain, length,
          unnest(generate_series(date_trunc(grain, $first::TIMESTAMP), $last::TIMESTAMP, length)) AS begins
        FROM (VALUES ('month', INTERVAL 1 MONTH), ('quarter', INTERVAL 3 MONTH), ('year', INTERVAL 1 YEAR))
          AS grains(grain, length))
      WHERE begins >= $first AND begins + length <= $last::TIMESTAMP + INTERVAL 1 DAY),
    per_customer AS (
      SELECT window_grain, window_start, customer_id,
        sum(CASE WHEN {_AT_START} THEN monthly_value ELSE 0 END)::BIGINT AS base,
        sum(CASE WHEN {_AT_STOP} THEN monthly_value ELSE 0 END)::BIGINT AS kept
      FROM subscriptions JOIN windows ON {_AT_START} OR {_AT_STOP} GROUP BY ALL)
    SELECT window_start AS day, {bucket_of("customer_id")} AS bucket, window_grain, region, segment, language,
      customer_id, base, kept, least(base, kept) AS gross
    FROM per_customer LEFT JOIN customers USING (customer_id) WHERE base > 0""",
    "day, customer_id, window_grain",
    (
        "count(*) AS cohort",
        *(f"sum({name})::DECIMAL(38, 0) AS {name}" for name in ("base", "gross")),
        *(
            f"sum({a} * {b})::DECIMAL(38, 0) AS {a}_{b}"
            for a, b in (("base", "base"), ("base", "gross"), ("gross", "gross"))
        ),
        "sum(kept)::DECIMAL(38, 0) AS kept",
        *(f"sum({a} * {b})::DECIMAL(38, 0) AS {a}_{b}" for a, b in (("base", "kept"), ("kept", "kept"))),
    ),
    (("window_grain", "region", "segment"), ("window_grain", "bucket")),
)
VISITS = HandFact(
    f"""SELECT {day_of("started_at")} AS day, {bucket_of("coalesce(customer_id, visit_id)")} AS bucket,
      channel, region, segment, device, product, furthest_stage, visit_id, customer_id, started_at, errors, load_ms,
      cart_id, cart_value, converted
    FROM visits LEFT JOIN (SELECT customer_id, region, segment FROM customers) AS c USING (customer_id)""",
    "day, visit_id",
    (
        "count(*) AS visits",
        "count(*) FILTER (errors > 0) AS visits_with_errors",
        "count(customer_id) AS visits_signed_in",
        "count(load_ms) AS visits_timed",
        "count(*) FILTER (load_ms > 2500) AS visits_slow",
        "count(*) FILTER (converted) AS visits_converted",
    ),
    (
        ("channel", "region", "segment"),
        ("channel", "device", "product"),
        ("channel", "furthest_stage"),
        ("channel", "bucket"),
        ("product", "bucket"),
    ),
)
CARTS = HandFact(
    f"""WITH following AS (
      SELECT *, lead(visit_id) OVER own AS next_visit_id, lead(device) OVER own AS next_device,
        lead(cart_id) OVER own AS next_cart_id, lead(started_at) OVER own AS next_started_at
      FROM visits WHERE customer_id IS NOT NULL
      WINDOW own AS (PARTITION BY customer_id ORDER BY started_at, visit_id))
    SELECT {day_of("started_at")} AS day, {bucket_of("customer_id")} AS bucket, channel, region, segment, product,
      device, next_device, CASE WHEN device = next_device THEN 'same' WHEN device <> next_device THEN 'other' END
        AS device_change,
      visit_id, next_visit_id, customer_id, started_at, next_started_at, cart_id, cart_value,
      coalesce(next_cart_id = cart_id, false) AS found_again
    FROM following LEFT JOIN (SELECT customer_id, region, segment FROM customers) AS c USING (customer_id)
    WHERE furthest_stage IN ('cart', 'checkout') AND cart_id IS NOT NULL
      AND next_started_at <= started_at + INTERVAL 3 DAY""",
    "day, visit_id",
    ("count(*) AS carts_left", "count(*) FILTER (found_again) AS carts_found_again"),
    (("channel", "region", "device_change"), ("region", "segment"), ("bucket",)),
)
