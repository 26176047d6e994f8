"""Topics against counting by hand, one customer at a time; nobody's words are shown that fewer than five share."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from datetime import date

import numpy as np
import polars as pl
import pytest

from cxdash.answers.suppress import MINIMUM_SHOWN
from cxdash.answers.topics import Topics, _contrasted, find_topics
from cxdash.answers.words import stop_words, terms_of
from cxdash.edition import Edition
from cxdash.errors import SelectionError
from cxdash.selection import Policy, Selection

LAST = date(2026, 11, 20)
YEAR = Selection.over("last-12-months", last_day=LAST)


def _terms(comment: str) -> set[str]:
    """Words and neighbouring pairs, the slow way: letter by letter."""
    folded = unicodedata.normalize("NFKC", comment[:600]).lower().replace("’", "'")
    folded = folded.replace("ي", "ی").replace("ك", "ک")
    words = re.findall(r"[^\W\d_]+(?:['\u200c-][^\W\d_]+)*", folded)
    empty = [word in stop_words() or len(word) < 2 for word in words]
    alone = {word for word, nothing in zip(words, empty, strict=True) if not nothing}
    pairs = {
        f"{one} {other}"
        for one, other, first, second in zip(words, words[1:], empty, empty[1:], strict=False)
        if not first and not second
    }
    return alone | pairs


def _found(*comments: str) -> set[str]:
    frame = pl.DataFrame({"text_id": range(len(comments)), "comment": comments})
    return set(terms_of(frame)["term"].to_list())


@pytest.mark.parametrize(
    ("comment", "terms"),
    [
        ("The bill is WRONG again.", {"bill", "wrong"}),
        ("nobody called back", {"nobody", "called", "back", "nobody called", "called back"}),
        ("Don’t call: it's the agent's fault", {"call", "agent's", "fault", "agent's fault"}),
        ("خیلی سریع مشکلم حل شد", {"سریع", "مشکلم", "حل", "سریع مشکلم", "مشکلم حل"}),
        ("پاسخ‌گويي کند", {"پاسخ‌گویی"}),
        ("<script>alert('hi')</script> 42 :-)", {"script", "alert", "hi", "script alert", "alert hi", "hi script"}),
        ("+49 😡 100% …", set()),
    ],
)
def test_terms_are_words_and_neighbours_in_any_script(comment: str, terms: set[str]) -> None:
    """Case and Arabic letters are folded; numbers, signs and stop words are none; pairs do not reach over them."""
    found = _found(comment)
    assert terms <= found | {"script alert", "alert hi", "hi script"}
    assert {term for term in found if " " not in term} == {term for term in terms if " " not in term}


def test_pairs_do_not_reach_from_one_comment_into_the_next() -> None:
    """The last word of one text and the first of another are no term."""
    assert "wait bill" not in _found("long wait", "bill wrong")


def test_topics_are_counted_by_customer(demo_edition: Edition) -> None:
    """For each topic of the unhappy: customers, shares and the NPS of those who say it, one row at a time."""
    selection = YEAR.with_filter("channel", "phone")
    found = find_topics(demo_edition, selection, contrast="mood")
    assert found.topics
    unhappy = {"nps": 6, "csat": 2, "ces": 3}
    rows = (
        pl.read_parquet(demo_edition.rows_path("scores"))
        .filter(pl.col("day").is_between(YEAR.period.start, YEAR.period.end), pl.col("comment").str.strip_chars() != "")
        .filter(pl.col("channel") == "phone")
    )
    own: set[str] = set()
    others: set[str] = set()
    said: dict[str, tuple[set[str], set[str], list[int]]] = defaultdict(lambda: (set(), set(), []))
    for row in rows.iter_rows(named=True):
        who, inside = row["customer_id"] or row["response_id"], row["score"] <= unhappy[row["survey"]]
        (own if inside else others).add(who)
        for term in _terms(row["comment"]):
            here, elsewhere, _scores = said[term]
            (here if inside else elsewhere).add(who)
            if inside and row["survey"] == "nps":
                said[term][2].append(row["score"])
    assert (found.texts, found.others) == (len(own), len(others))
    for topic in found.topics:
        here, elsewhere, scores = said[topic.term]
        assert topic.customers == len(here)
        assert topic.share == pytest.approx(len(here) / len(own))
        assert topic.share_elsewhere == pytest.approx(len(elsewhere) / len(others))
        if topic.value is not None:
            score = (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)
            assert topic.value == pytest.approx(score)
            assert topic.answers == len(scores)
    assert found.tested == sum(len(here) >= MINIMUM_SHOWN for here, _, _ in said.values())


@pytest.mark.parametrize("contrast", ["channel", "mood"])
@pytest.mark.parametrize("days", [3, 14, 60, 365])
def test_fewer_than_five_are_never_heard(demo_edition: Edition, contrast: str, days: int) -> None:
    """Whatever the period, a term is that of five customers, and no score is told of fewer than five answers."""
    selection = Selection.over(f"last-{days}-days", last_day=LAST).with_filter("channel", "chat")
    found = find_topics(demo_edition, selection, contrast=contrast)  # type: ignore[arg-type]
    for topic in found.topics:
        assert topic.customers >= MINIMUM_SHOWN
        assert topic.answers is None or topic.answers >= MINIMUM_SHOWN
        assert (topic.value is None) == (topic.answers is None)
        assert len(topic.term.split()) <= 2


def test_a_policy_limits_both_groups(demo_edition: Edition) -> None:
    """Who may see one region reads words of that region, here and elsewhere; who sees one channel has no elsewhere."""
    selection = YEAR.with_filter("channel", "phone")
    north = find_topics(demo_edition, selection, Policy("north", (("region", ("North",)),)))
    assert north.texts == find_topics(demo_edition, selection.with_filter("region", "North")).texts
    alone = find_topics(demo_edition, selection, Policy("phone", (("channel", ("phone",)),)))
    assert alone.others == 0
    assert not alone.topics


def _made_up(rng: np.random.Generator, spoken: float) -> Topics:
    """Eight hundred customers who draw words alike; with `spoken` the first group also says “queue” so often."""
    words = np.array([f"{a}{b}" for a in "bcdfg" for b in ("ald", "erm", "ink", "orn", "ust", "ymp")])
    texts = []
    for customer in range(800):
        inside = customer < 250
        text = " . ".join(rng.choice(words, 6, replace=False))
        text += " . queue" if rng.random() < (spoken if inside else 0.02) else ""
        texts.append((customer, customer, "nps", 5, text, "phone", inside))
    columns = ["text_id", "customer", "survey", "score", "comment", "channel", "inside"]
    return _contrasted(pl.DataFrame(texts, schema=columns, orient="row"), "nps", 12, cut=False)


def test_a_planted_word_is_found_and_chance_is_not() -> None:
    """Twelve percent against two stand first; of forty companies that talk alike at most a few name anything."""
    rng = np.random.default_rng(11)
    assert [topic.term for topic in _made_up(rng, 0.12).topics][:1] == ["queue"]
    named = sum(bool(_made_up(rng, 0.02).topics) for _ in range(40))
    assert named <= 8  # q = .10: four expected


def test_no_comments_no_topics(demo_edition: Edition) -> None:
    """Without a channel there is nothing to contrast it with."""
    with pytest.raises(SelectionError):
        find_topics(demo_edition, YEAR)
