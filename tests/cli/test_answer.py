"""`cxdash answer`: the numbers of the answers module, in the words of the screen, under stable names."""

from __future__ import annotations

from datetime import date

import pytest

from cxdash.answers import Question, answer
from cxdash.cli.asking import split_list
from cxdash.edition import Edition
from cxdash.report import wording
from cxdash.selection import Selection
from tests.cli.conftest import Run

TOP = ["metric", "label", "unit", "better", "counted", "period", "by", "where", "grain", "compare", "edition",
       "data_as_of", "grid", "notes", "rows"]  # fmt: skip
ROW = ["metric", "dimensions", "from", "to", "value", "low", "high", "shown", "unit", "n", "n_eff", "counted", "flags",
       "extra", "comparison", "edition", "data_as_of", "grid"]  # fmt: skip
COMPARISON = ["against", "from", "to", "reference", "reference_n", "difference", "low", "high", "p", "word"]


def test_json_names_are_stable(ask: Run) -> None:
    """Scripts may rely on every field and its order; this list changes only with a note in the changelog."""
    found = ask("nps", "--compare", "previous", "--json").json
    assert list(found) == TOP
    assert list(found["rows"][0]) == ROW
    assert list(found["rows"][0]["comparison"]) == COMPARISON
    assert ask("nps", "--json").json["rows"][0]["comparison"] is None


def test_help_documents_every_field(run: Run) -> None:
    """Whatever JSON holds is named in --help."""
    text = run("answer", "--help").out
    assert [name for name in {*TOP, *ROW, *COMPARISON} if name not in text] == []


def test_numbers_are_the_answers_numbers(ask: Run, demo_edition: Edition) -> None:
    """The command adds nothing to and takes nothing from what the answers module says."""
    selection = Selection.over("last-12-months", last_day=demo_edition.manifest.last_day)
    expected = answer(demo_edition, Question("nps", selection, by=("channel",)))
    rows = ask("nps", "--by", "channel", "--period", "last-12-months", "--json").json["rows"]
    assert [row["dimensions"] for row in rows] == [row.dimensions for row in expected.rows]
    assert [row["value"] for row in rows] == pytest.approx([(r.value or 0) * 100 for r in expected.rows])
    assert [row["shown"] for row in rows] == [wording.shown(expected, row) for row in expected.rows]


def test_a_person_reads_what_the_screen_prints(ask: Run, demo_edition: Edition) -> None:
    """Every value, interval and n in the table is the report's own wording."""
    selection = Selection.over("2026-Q2", last_day=demo_edition.manifest.last_day)
    expected = answer(demo_edition, Question("csat", selection, by=("channel",)))
    out = ask("csat", "--period", "2026-Q2", "--by", "channel").out
    for row in expected.rows:
        number = wording.number(expected.metric, row)
        name = wording.value_name("channel", row.dimensions["channel"])
        line = next(line for line in out.splitlines() if line.startswith(name))
        assert all(part in line for part in (number.text, number.interval, number.n))


def test_columns_stand_under_each_other(ask: Run) -> None:
    """The value column of a breakdown ends at the same place in every line."""
    _title, _blank, head, *rows = ask("nps", "--by", "channel").out.splitlines()
    end = head.index("Value") + len("Value")
    table = rows[: rows.index("")]
    assert len(table) >= 5
    assert all(line[end - 1] != " " and line[end : end + 1] in ("", " ") for line in table)


def test_comparison_carries_p(ask: Run) -> None:
    """Against another period each row has a p-value that agrees with the word; against a target it has none."""
    rows = ask("nps", "--by", "channel", "--period", "last-12-months", "--compare", "year", "--json").json["rows"]
    judged = [row["comparison"] for row in rows if row["comparison"]["word"] != "too few answers"]
    assert judged
    assert all((c["p"] < 0.05) == (c["word"] in ("up", "down")) for c in judged)
    (to_target,) = ask("nps", "--compare", "target", "--json").json["rows"]
    assert to_target["comparison"]["p"] is None
    assert to_target["comparison"]["reference"] == 40


def test_where_narrows_and_repeats_widen(ask: Run) -> None:
    """One condition limits, several values of a dimension add up, however they are written."""
    parts = [ask("nps", "--where", f"channel={name}", "--json").json["rows"][0]["n"] for name in ("phone", "chat")]
    listed = ask("nps", "--where", "channel=phone,chat", "--json").json
    repeated = ask("nps", "--where", "channel=chat", "--where", " channel = phone ", "--json").json
    assert listed["rows"] == repeated["rows"]
    assert listed["where"] == {"channel": ["chat", "phone"]}
    assert listed["rows"][0]["n"] == sum(parts)


def test_one_end_of_the_period_is_enough(ask: Run, demo_edition: Edition) -> None:
    """--from reaches to the last day of the data, --to back to its first."""
    first, last = str(demo_edition.manifest.first_day), str(demo_edition.manifest.last_day)
    assert ask("nps", "--from", "2026-05-01", "--json").json["period"] == {"from": "2026-05-01", "to": last}
    assert ask("nps", "--to", "2026-05-01", "--json").json["period"] == {"from": first, "to": "2026-05-01"}


def test_a_series_has_a_row_per_bucket(ask: Run) -> None:
    """--grain cuts the period; the days of the rows follow each other."""
    rows = ask("nps", "--period", "2026-Q2", "--grain", "month", "--json").json["rows"]
    assert [row["from"] for row in rows] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert "April 2026" in ask("nps", "--period", "2026-Q2", "--grain", "month").out


def test_metrics_of_whole_windows_answer_without_a_period(ask: Run) -> None:
    """A metric that exists per month has a default period that holds one, and says so."""
    found = ask("net_retention", "--json")
    assert found.code == 0, found.err
    assert found.json["rows"][0]["value"] is not None
    assert any("calendar month" in note for note in found.json["notes"])


def test_gaps_name_the_competitor(ask: Run) -> None:
    """A gap's row is told apart by whom it is measured against, in words about gaps."""
    out = ask("benchmark_gap").out
    assert "Voxa" in out
    assert "clearly" in out or "no clear difference" in out
    assert "the target" not in out


def test_a_cut_period_is_said(ask: Run, demo_edition: Edition) -> None:
    """Days that are asked for and not there yet are named, not silently dropped."""
    found = ask("nps", "--from", "2026-11-01", "--to", "2027-01-31", "--json").json
    assert found["period"]["to"] == str(demo_edition.manifest.last_day)
    assert any(str(demo_edition.manifest.last_day) in note for note in found["notes"])


def test_a_kept_edition_can_be_asked(ask: Run, demo_edition: Edition) -> None:
    """--edition answers from the one named, and refuses one that is not kept."""
    assert ask("nps", "--edition", demo_edition.id, "--json").json["edition"] == demo_edition.id
    assert ask("nps", "--edition", "20200101-000000-0000").code == 1
    assert ask("nps", "--edition", "../..").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("npss",), 1, "Did you mean “nps”?"),
        (("nps", "--where", "chanel=phone"), 1, "Did you mean “channel”?"),
        (("nps", "--where", "channel=Phone"), 1, "Did you mean “phone”?"),
        (("nps", "--by", "acquisition_channel"), 1, "acquisition_channel"),
        (("nps", "--by", "channel,region,segment"), 1, "More than two dimensions"),
        (("health", "--by", "channel"), 1, "cannot be broken down"),
        (("nps", "--period", "soon"), 1, "last-13-weeks"),
        (("nps", "--from", "2026-05-02", "--to", "2026-05-01"), 1, "before it starts"),
        (("nps", "--from", "2027-05-01"), 1, "Complete days"),
        (("revenue_churn", "--grain", "week"), 1, "month, quarter, year"),
        (("nps", "--where", "phone"), 2, "is not DIM=VALUE"),
        (("nps", "--where", "=phone"), 2, "is not DIM=VALUE"),
        (("nps", "--where", "channel="), 2, "is not DIM=VALUE"),
        (("nps", "--where", "channel=,"), 2, "is not DIM=VALUE"),
        (("nps", "--from", "2026-02-30"), 2, "is not a date"),
        (("nps", "--from", "2026-05-01", "--period", "2026"), 2, "either --period"),
        (("nps", "--grain", "fortnight"), 2, "fortnight"),
        (("nps", "--comapre", "year"), 2, "Did you mean '--compare'?"),
        ((), 2, "METRIC"),
    ],
)
def test_nonsense_is_refused_in_words(ask: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    """Every mistyped thing stops with the right code, nothing on standard output, and a hint."""
    ended = ask(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_commas_can_be_kept_inside_a_value() -> None:
    """A backslash keeps a comma, as in a link; spaces around values do not matter."""
    assert split_list(r"Smith\, Sons & Co, North ,") == ("Smith, Sons & Co", "North")


def test_the_default_period_moves_with_the_data(ask: Run, demo_edition: Edition) -> None:
    """Without a period the answer ends on the last complete day, not on the day of asking."""
    assert date.fromisoformat(ask("nps", "--json").json["period"]["to"]) == demo_edition.manifest.last_day
