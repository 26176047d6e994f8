"""Contacts, the issues they belong to and the steps between them, as one person would write them for DuckDB.

Handoffs and issues read the same chains of contacts; whoever writes both writes the chains once, as a table.
"""

from __future__ import annotations

from tests.benchmarks.hand_fact import (
    DAY_BINS,
    SECONDS_OF_A_DAY,
    SECONDS_OF_A_WEEK,
    WEEK_BINS,
    HandFact,
    HandTally,
    bin_of,
    bucket_of,
    day_of,
    seconds_from,
    time_of,
)

_TIMED_GRIDS = (
    ("channel", "weekday", "hour"),
    ("channel", "region"),
    ("channel", "segment"),
    ("channel", "product"),
    ("channel", "reason"),
    ("channel", "bucket"),
)
CONTACTS = HandFact(
    f"""WITH linked AS (
      SELECT *, {time_of("started_at")} AS wall, lag(started_at) OVER issue AS before_at,
        lead(started_at) OVER issue AS after_at
      FROM contacts WHERE direction = 'in'
      WINDOW issue AS (
        PARTITION BY customer_id, coalesce('issue ' || issue_id, 'reason ' || reason, 'contact ' || contact_id)
        ORDER BY started_at, contact_id))
    SELECT wall::DATE AS day, {bucket_of("coalesce(customer_id, contact_id)")} AS bucket,
      channel, region, segment, product, team, reason, actor, isodow(wall)::VARCHAR AS weekday,
      lpad(hour(wall)::VARCHAR, 2, '0') AS hour, contact_id, customer_id, issue_id, started_at,
      wait_seconds, handle_seconds,
      {bin_of("wait_seconds", DAY_BINS)} + CASE WHEN outcome = 'abandoned' THEN {DAY_BINS} ELSE 0 END AS wait_bin,
      CASE WHEN outcome <> 'abandoned' THEN {bin_of("handle_seconds", DAY_BINS)} END AS handle_bin,
      outcome, transferred, escalated,
      CASE WHEN customer_id IS NOT NULL
        THEN before_at IS NULL OR before_at + INTERVAL 7 DAY < started_at END AS opens_issue,
      CASE WHEN customer_id IS NOT NULL
        THEN after_at IS NOT NULL AND after_at <= started_at + INTERVAL 7 DAY END AS repeated
    FROM linked""",
    "day, contact_id",
    (
        "count(*) FILTER (opens_issue AND outcome <> 'abandoned') AS issues_opened",
        """count(*) FILTER (opens_issue AND outcome = 'resolved' AND NOT transferred AND NOT escalated AND NOT repeated)
          AS issues_solved_first""",
        "count(customer_id) AS contacts_identified",
        "count(*) FILTER (repeated) AS contacts_repeated",
        "count(wait_seconds) AS contacts_queued",
        "count(*) FILTER (wait_seconds IS NOT NULL AND outcome = 'abandoned') AS contacts_abandoned",
        "count(*) FILTER (outcome <> 'abandoned') AS contacts_served",
        "count(*) FILTER (outcome <> 'abandoned' AND transferred) AS contacts_transferred",
        "count(*) FILTER (outcome <> 'abandoned' AND escalated) AS contacts_escalated",
        "count(contact_id) AS contacts",
        "count(contact_id) AS contacts_received",
    ),
    (
        ("channel", "region", "segment"),
        ("channel", "product", "reason"),
        *(("channel", "region", group) for group in ("product", "reason", "team")),
        ("channel", "bucket"),
        ("product", "bucket"),
        ("reason", "bucket"),
        ("channel", "weekday", "hour"),
    ),
    (HandTally("wait_bin", 2 * DAY_BINS, _TIMED_GRIDS), HandTally("handle_bin", DAY_BINS, _TIMED_GRIDS)),
)

_FOLLOWING = (
    "contact_id", "channel", "direction", "started_at", "wait_seconds", "outcome", "asked_to_repeat", "verified_again",
    "context_attached",
)  # fmt: skip
CHAINS = f"""
CREATE TEMP TABLE chains AS
WITH told AS (
  SELECT *, CASE WHEN issue_id IS NOT NULL THEN 'issue ' || issue_id
    WHEN customer_id IS NOT NULL THEN 'reason ' || reason END AS topic
  FROM contacts),
begun AS (
  SELECT *, lag(started_at) OVER topics + INTERVAL 7 DAY < started_at AS begins FROM told WHERE topic IS NOT NULL
  WINDOW topics AS (PARTITION BY customer_id, topic ORDER BY started_at, contact_id)),
placed AS (
  SELECT *, count(*) FILTER (begins) OVER (
    PARTITION BY customer_id, topic ORDER BY started_at, contact_id ROWS UNBOUNDED PRECEDING) AS place
  FROM begun)
SELECT contact_id, customer_id, direction, started_at, channel, region, segment, product, reason, issue_id, outcome,
  promised_at, wait_seconds, handle_seconds, first_reply_at, topic, place,
  {", ".join(f"lead({name}) OVER issue AS next_{name}" for name in _FOLLOWING)},
  lead(channel, 2) OVER issue AS third_channel,
  count(*) FILTER (direction = 'in') OVER (issue ROWS UNBOUNDED PRECEDING) AS asked,
  min(started_at) FILTER (direction = 'in') OVER (issue ROWS BETWEEN 2 FOLLOWING AND UNBOUNDED FOLLOWING) AS again_at,
  min(started_at) FILTER (direction = 'in') OVER (
    issue ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS opened_at
FROM placed WINDOW issue AS (PARTITION BY customer_id, topic, place ORDER BY started_at, contact_id)
"""
_AFTER = ("csat_answers", "csat_satisfied", "nps_answers", "nps_promoters", "nps_detractors")
HANDOFFS = HandFact(
    f"""WITH usual AS (
      SELECT channel, date_trunc('month', {time_of("started_at")})::DATE AS month,
        quantile_disc(wait_seconds, 0.5)::BIGINT AS seconds
      FROM contacts WHERE direction = 'in' AND wait_seconds IS NOT NULL GROUP BY ALL),
    answered AS (
      SELECT contact_id, count(*) FILTER (survey = 'csat') AS csat_answers,
        count(*) FILTER (survey = 'csat' AND score >= 4) AS csat_satisfied,
        count(*) FILTER (survey = 'nps') AS nps_answers,
        count(*) FILTER (survey = 'nps' AND score >= 9) AS nps_promoters,
        count(*) FILTER (survey = 'nps' AND score <= 6) AS nps_detractors
      FROM responses WHERE contact_id IS NOT NULL AND score IS NOT NULL AND responded_at IS NOT NULL
      GROUP BY contact_id),
    steps AS (
      SELECT *, date_trunc('month', {time_of("next_started_at")})::DATE AS month, channel <> next_channel AS crossing,
        {seconds_from("started_at", "next_started_at")} AS gap,
        coalesce(again_at <= next_started_at + INTERVAL 7 DAY, false) AS came_again
      FROM chains WHERE asked > 0 AND next_contact_id IS NOT NULL)
    SELECT {day_of("started_at")} AS day, {bucket_of("coalesce(customer_id, issue_id)")} AS bucket,
      s.channel AS origin, next_channel AS channel, region, segment, product, reason, s.contact_id, next_contact_id,
      customer_id, issue_id, started_at, next_started_at, outcome, next_outcome, next_direction, gap AS gap_seconds,
      {bin_of("gap", WEEK_BINS)} AS gap_bin, next_wait_seconds AS wait_seconds, u.seconds AS usual_wait_seconds,
      crossing, came_again, next_verified_again AS verified_again, next_asked_to_repeat AS asked_to_repeat,
      next_context_attached AS context_attached,
      crossing AND NOT came_again AND NOT coalesce(next_asked_to_repeat, false)
        AND NOT coalesce(next_verified_again, false) AS seamless,
      crossing AND coalesce(third_channel = s.channel, false) AS bounced,
      CASE WHEN next_wait_seconds IS NOT NULL AND u.seconds IS NOT NULL
        THEN next_wait_seconds > 0 AND next_wait_seconds >= 2 * u.seconds END AS waited_long,
      CASE WHEN promised_at IS NOT NULL THEN next_direction = 'in' AND promised_at > next_started_at END
        AS came_back_first,
      {", ".join(_AFTER)}
    FROM steps AS s LEFT JOIN usual AS u ON u.channel = next_channel AND u.month = s.month
    LEFT JOIN answered AS a ON a.contact_id = next_contact_id""",
    "day, contact_id",
    (
        "count(*) FILTER (crossing) AS handoffs",
        "count(*) FILTER (crossing AND seamless) AS handoffs_seamless",
        "count(*) FILTER (crossing AND came_again) AS handoffs_came_again",
        "count(*) FILTER (crossing AND verified_again) AS handoffs_verified",
        "count(verified_again) FILTER (crossing) AS verified_known",
        "count(*) FILTER (crossing AND asked_to_repeat) AS handoffs_asked",
        "count(asked_to_repeat) FILTER (crossing) AS asked_known",
        "count(*) AS steps",
        "count(*) FILTER (crossing AND NOT context_attached) AS handoffs_no_context",
        "count(context_attached) FILTER (crossing) AS context_known",
        "count(*) FILTER (crossing AND bounced) AS handoffs_bounced",
        "count(*) FILTER (crossing AND waited_long) AS handoffs_waited",
        "count(waited_long) FILTER (crossing) AS wait_known",
        "count(*) FILTER (crossing AND came_back_first) AS handoffs_came_first",
        "count(came_back_first) FILTER (crossing) AS promised",
        *(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in _AFTER),
    ),
    (
        *(("origin", "channel", group) for group in ("region", "segment", "product", "reason")),
        ("bucket",),
    ),
    (HandTally("gap_bin", WEEK_BINS, (("origin", "channel"), ("bucket",), ("origin", "channel", "region"))),),
)
_OF_FIRST = ("channel", "region", "segment", "product", "reason", "contact_id")
ISSUES = HandFact(
    f"""WITH steps AS (
      SELECT *, direction = 'in' AND asked = 1 AS is_first, next_contact_id IS NULL AS is_last,
        greatest(
          coalesce(wait_seconds, 0) + coalesce(handle_seconds, 0),
          coalesce({seconds_from("started_at", "first_reply_at")}, 0)) AS served
      FROM chains WHERE asked > 0),
    issues AS (
      SELECT {", ".join(f"max({name}) FILTER (is_first) AS {name}" for name in _OF_FIRST)},
        customer_id, max(issue_id) AS issue_id, opened_at,
        count(*) FILTER (started_at <= opened_at + INTERVAL 14 DAY) AS contacts,
        count(*) FILTER (next_channel <> channel) AS handoffs,
        max(contact_id) FILTER (is_last) AS last_contact_id, max(channel) FILTER (is_last) AS last_channel,
        max(outcome) FILTER (is_last) AS last_outcome,
        max({seconds_from("opened_at", "started_at")} + served) FILTER (is_last) AS seconds
      FROM steps GROUP BY customer_id, topic, place, opened_at)
    SELECT {day_of("opened_at")} AS day, {bucket_of("coalesce(customer_id, issue_id)")} AS bucket,
      channel, region, segment, product, reason, contact_id, customer_id, issue_id, opened_at, contacts, handoffs,
      last_contact_id, last_channel, last_outcome, last_outcome = 'resolved' AS resolved,
      CASE WHEN last_outcome = 'resolved' THEN seconds END AS resolution_seconds,
      CASE WHEN last_outcome = 'resolved' AND seconds <= {SECONDS_OF_A_WEEK} THEN {bin_of("seconds", WEEK_BINS)}
        ELSE {WEEK_BINS - 1} END AS resolution_bin
    FROM issues""",
    "day, contact_id",
    (
        "count(*) AS issues",
        f"count(*) FILTER (resolved AND resolution_seconds <= {SECONDS_OF_A_DAY}) AS issues_resolved_day",
        "sum(contacts)::BIGINT AS issue_contacts",
        "sum(contacts * contacts)::BIGINT AS issue_contacts_squared",
    ),
    (("channel", "region", "segment"), ("channel", "product", "reason"), ("channel", "bucket")),
    (
        HandTally(
            "resolution_bin",
            WEEK_BINS,
            tuple(("channel", group) for group in ("region", "segment", "product", "reason", "bucket")),
        ),
    ),
)
