"""Every sentence a viewer can meet is in the template translators work from, and an offered language is complete."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cxdash.language import LOCALES, N_, _, available, direction, language, plural, speaking
from tests.conftest import ROOT

TEMPLATE = LOCALES / "cxdash.pot"
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}
PLACEHOLDER = re.compile(r"\{(\w*)[^}]*\}")


def sentences() -> set[str | tuple[str, ...]]:
    """Message ids in the code; plural ones as pairs."""
    found = extract_from_dir(ROOT / "cxdash", [("**.py", "python")], keywords=KEYWORDS)  # type: ignore[arg-type]
    return {message[2] for message in found}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def test_the_template_holds_exactly_the_sentences_of_the_code() -> None:
    """`make messages` was run after the last new sentence."""
    held = {tuple(m.id) if isinstance(m.id, list | tuple) else m.id for m in catalogue(TEMPLATE) if m.id}
    assert held == sentences()


def test_every_offered_language_is_complete() -> None:
    """Every sentence is translated, and no translation names a placeholder its source does not have."""
    for code in set(available()) - {"en"}:
        held = catalogue(LOCALES / code / "LC_MESSAGES" / "cxdash.po")
        translated = {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: m.string for m in held}
        for sentence in sentences():
            string = translated[sentence]
            texts = string if isinstance(string, list | tuple) else (string,)
            source = sentence if isinstance(sentence, str) else sentence[-1]
            assert all(texts), sentence
            assert all(set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(source)) for text in texts), sentence
    assert "en" in available()


def test_sentences_name_their_placeholders() -> None:
    """A translator can reorder "{before} → {now}", but not two bare braces."""
    for sentence in sentences():
        for text in (sentence,) if isinstance(sentence, str) else sentence:
            assert "" not in PLACEHOLDER.findall(text), text


def test_a_language_is_spoken_only_inside_its_block() -> None:
    """Two mails in two languages rendered at once cannot mix."""
    assert language() == "en"
    with speaking("fa"):
        assert language() == "fa"
        assert direction() == "rtl"
    assert language() == "en"
    assert direction() == "ltr"
    assert direction("fa-IR") == "rtl"


def test_a_missing_translation_falls_back_to_the_source() -> None:
    """A sentence nobody translated is said in English, never left out; the empty one stays empty."""
    with speaking("xx"):
        assert _("No data for this selection") == "No data for this selection"
        assert plural("{n} row", "{n} rows", 1) == "{n} row"
        assert plural("{n} row", "{n} rows", 2) == "{n} rows"
        assert _("") == ""
    assert N_("marked") == "marked"


def test_languages_on_offer_are_the_catalogues_on_disk() -> None:
    """English always; another one only with a compiled catalogue."""
    assert "en" in available()
    assert set(available()) - {"en"} <= {path.name for path in LOCALES.iterdir() if path.is_dir()}
