"""The SQL files of `config/sources/`: one SELECT each, with `${name}` filled in safely.

A variable may stand only inside a single-quoted literal, where its quotes are doubled; so a value can never become a
piece of a statement. Anywhere else it is an error, as is a second statement or one that does not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cxdash.errors import ContractError, nearest
from cxdash.settings import Project

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<escaped>\b[eE]'(?:[^'\\]|''|\\.)*')
      | (?P<literal>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<variable>\$\{[^}]*\})
      | (?P<end>;)
      | (?P<open>'|"|/\*)
      | (?P<other>[\w$]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PATH = re.compile(r"\.{1,2}/|/|~/|\.{1,2}\Z")
_READING = {"select", "with", "from", "values", "table", "("}


@dataclass(frozen=True)
class SqlFile:
    """One SELECT of the project's configuration, ready to be sent.

    Attributes:
        path: the file.
        text: the statement with variables filled in, without a final semicolon.
    """

    path: Path
    text: str


def resolve_variables(variables: Mapping[str, str], project: Project) -> dict[str, str]:
    """Variables with paths made absolute: values that begin with `./`, `../`, `/` or `~/` count from the project."""
    return {
        name: str((project.root / Path(value).expanduser()).resolve()) if _PATH.match(value) else value
        for name, value in variables.items()
    }


def read_sql(path: Path, variables: Mapping[str, str], shown_as: str) -> SqlFile:
    """Read a SQL file and fill in its variables.

    Args:
        path: the file.
        variables: values by name, already resolved.
        shown_as: how messages name the file.

    Raises:
        ContractError: no such file, not one SELECT, an unknown variable, or a variable outside quotes.
    """
    try:
        raw = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        siblings = sorted(p.name for p in path.parent.glob("*.sql"))
        guess = nearest(path.name, siblings)
        raise ContractError(
            f"The SQL file {shown_as} does not exist.",
            known=f"In that folder: {', '.join(siblings)}." if siblings else "",
            action=f"Did you mean “{guess}”?" if guess else "",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"The SQL file {shown_as} cannot be read: {error}.") from error
    return SqlFile(path, _assemble(raw, variables, shown_as))


def _assemble(raw: str, variables: Mapping[str, str], shown_as: str) -> str:
    kept: list[str] = []
    first = ""
    ended = False
    for token in _TOKEN.finditer(raw):
        kind, text = token.lastgroup, token.group()
        place = f"{shown_as}, line {raw.count(chr(10), 0, token.start()) + 1}"
        if kind == "comment" or text.isspace():
            kept.append(text)
            continue
        if ended:
            raise ContractError(f"{place}: a second statement begins here.", action="Keep one SELECT per file.")
        if kind == "end":
            ended = True
            continue
        if kind == "open":
            raise ContractError(f"{place}: the quote or comment that opens here ({text}) is never closed.")
        first = first or text.casefold()
        kept.append(_fill(kind, text, variables, place))
    if first not in _READING:
        raise ContractError(
            f"{shown_as} must hold one SELECT; it begins with “{first.upper()}”." if first else f"{shown_as} is empty.",
            action="Begin with SELECT or WITH.",
        )
    text = "".join(kept).strip()
    return f"{text}\n" if "--" in text.rsplit("\n", 1)[-1] else text  # a comment must not swallow what is put behind it


def _fill(kind: str | None, text: str, variables: Mapping[str, str], place: str) -> str:
    if kind != "literal":
        if kind == "variable" or (kind in {"escaped", "dollar", "quoted"} and _VARIABLE.search(text)):
            raise ContractError(
                f"{place}: a variable stands outside a plain quoted literal: {text}.",
                action="Write it inside single quotes, for example '${data}/file.csv'.",
            )
        return text

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name not in variables:
            guess = nearest(name, variables)
            raise ContractError(
                f"{place}: there is no variable “{name}”.",
                known=f"Known: {', '.join(sorted(variables))}." if variables else "No variables are defined.",
                action=f"Did you mean “{guess}”?" if guess else "Define it under “variables” in config/warehouse.yaml.",
            )
        return variables[name].replace("'", "''")

    return _VARIABLE.sub(value_of, text)
