"""Everything wrong with the configuration at once, each with file, line and key, and what would have been right.

A person who has to start a program seven times to learn of seven mistakes stops reading messages. So all problems are
collected first; pydantic's own sentences, written for programmers, are translated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cxdash.errors import SettingsError, nearest
from cxdash.settings.document import Document, KeyPath


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file.

    Attributes:
        file: the file as people know it, for example `config/warehouse.yaml`.
        line: line number from 1; 0 when the file has no such place.
        key: dotted key path; "" for the file as a whole.
        sentence: what is wrong.
        known: what would have been right, or "".
        action: what to do, or "".
    """

    file: str
    line: int
    key: str
    sentence: str
    known: str = ""
    action: str = ""

    @property
    def place(self) -> str:
        """File, line and key in one phrase."""
        parts = [self.file, f"line {self.line}" if self.line else "", self.key]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.place}: {_close(self.sentence)}", self.known, self.action) if part)


class InvalidSettingsError(SettingsError):
    """A configuration with one or more problems.

    Attributes:
        problems: all of them, in the order of the files.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        if len(problems) == 1:
            only = problems[0]
            super().__init__(f"{only.place}: {_close(only.sentence)}", known=only.known, action=only.action)
        else:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            super().__init__(f"The configuration has {len(problems)} problems:{lines}")


def _close(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def dotted(path: Iterable[str | int]) -> str:
    """A key path as written in messages: `tables.responses.columns`, list positions in brackets from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def describe_faults(document: Document, file: str) -> list[Problem]:
    """What YAML itself found wrong."""
    return [Problem(file, line, dotted(path), sentence) for line, path, sentence in document.faults]


def describe_validation(error: ValidationError, model: type[BaseModel], document: Document, file: str) -> list[Problem]:
    """Pydantic's findings in our words."""
    return [_describe(details, model, document, file) for details in error.errors(include_url=False)]


def _describe(details: ErrorDetails, model: type[BaseModel], document: Document, file: str) -> Problem:
    path: KeyPath = tuple(part for part in details["loc"] if part != "[key]")
    sentence, known, action = _word(details, path, model)
    return Problem(file, document.line_of(path), dotted(path), sentence, known, action)


_EXPECTED = {
    "string_type": "must be text (in quotes when it looks like a number, a date or yes/no)",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "date_type": "must be a date such as 2018-07-01, without quotes and without a time",
    "dict_type": "must be a group of “key: value” lines",
    "model_type": "must be a group of “key: value” lines",
    "model_attributes_type": "must be a group of “key: value” lines",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "finite_number": "must be a finite number",
    "string_too_short": "is empty",
}


def _word(details: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> tuple[str, str, str]:
    kind, context = details["type"], details.get("ctx", {})
    given = "" if "url" in path else _show(details["input"])
    if kind == "extra_forbidden":
        names = _known_keys(model, path[:-1])
        guess = nearest(str(path[-1]), names)
        return (
            f"there is no key “{path[-1]}” here",
            f"Known: {', '.join(names)}." if names else "",
            f"Did you mean “{guess}”?" if guess else "",
        )
    if kind == "missing":
        return "is required and missing", "", ""
    if kind in {"literal_error", "enum"}:
        return f"is {given}; only {context.get('expected', 'certain values')} can stand here", "", ""
    if kind == "value_error":
        return str(context.get("error", details["msg"])).rstrip("."), "", ""
    if kind in _EXPECTED:
        return _EXPECTED[kind] + (f"; it is {given}" if given else ""), "", ""
    message = details["msg"].removeprefix("Input ").rstrip(".")
    return message[:1].lower() + message[1:] + (f"; it is {given}" if given else ""), "", ""


def _show(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return "a group of keys" if isinstance(value, dict) else "a list"
    text = str(value)
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def _known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Keys allowed at `path`, found by walking the model as the file was walked."""
    annotation: Any = model
    for part in path:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
            if part not in fields:
                return []
            annotation = fields[str(part)].annotation
        else:
            values = get_args(annotation) if get_origin(annotation) is dict else ()
            annotation = values[-1] if values else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [field.alias or name for name, field in annotation.model_fields.items()]
    return []
