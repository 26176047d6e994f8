"""From comments to terms: words and pairs of neighbouring words, in any script, without those that mean nothing.

A term is what stands in the text, folded only as a reader would: case, the two Arabic letters that Persian writes
differently, and vowel signs. Stop words come from one short list per language; a language without one keeps all its
words, and what everybody says cancels out in the contrast anyway.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import polars as pl

LONGEST = 600
"""Characters of a comment that are read: what comes after is not its topic."""

_WORD = r"[\p{L}\p{M}]+(?:['’\x{200C}-][\p{L}\p{M}]+)*"
_SHORTEST = 2


@cache
def stop_words() -> frozenset[str]:
    """The words of all lists."""
    lists = [file for file in files("cxdash.answers").joinpath("stop_words").iterdir() if file.name.endswith(".txt")]
    return frozenset(word for file in lists for word in file.read_text("utf-8").split())


def terms_of(comments: pl.DataFrame) -> pl.DataFrame:
    """Every different term of every text.

    Args:
        comments: columns `text_id` and `comment`.

    Returns:
        Columns `text_id` and `term`, each pair once. A pair of words is a term where the two follow each other in the
        text and neither is a stop word.
    """
    folded = (
        pl.col("comment")
        .str.slice(0, LONGEST)
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_many(["ي", "ك", "’"], ["ی", "ک", "'"])
        .str.replace_all(r"[\x{064B}-\x{0652}\x{0640}]", "")
    )
    texts = comments.lazy().select("text_id", folded.alias("folded")).collect()
    # many people write the same few words: each text is taken apart once
    distinct = texts.select("folded").unique().with_row_index("text")
    empty = pl.col("word").is_in(pl.Series(sorted(stop_words())).implode()) | (
        pl.col("word").str.len_chars() < _SHORTEST
    )
    words = (
        distinct.lazy()
        .select("text", pl.col("folded").str.extract_all(_WORD).alias("word"))
        .explode("word")
        .drop_nulls("word")
        .with_columns(empty.alias("empty"))
        .with_columns(pl.col("text", "word", "empty").shift(1).name.suffix("_before"))
        .filter(~pl.col("empty"))
        .collect()
    )
    neighbours = words.filter((pl.col("text") == pl.col("text_before")) & ~pl.col("empty_before"))
    pairs = neighbours.select("text", (pl.col("word_before") + " " + pl.col("word")).alias("term"))
    terms = pl.concat([words.select("text", pl.col("word").alias("term")), pairs]).unique()
    return texts.join(distinct, on="folded").select("text_id", "text").join(terms, on="text").select("text_id", "term")
