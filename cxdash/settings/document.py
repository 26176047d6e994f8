"""A YAML file that remembers where each key stood.

Plain YAML loading forgets line numbers, keeps the last of two equal keys without a word, and turns the key `on` into
True. A person who mistyped something deserves the line; so the node tree is walked here and every path is noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]
"""Keys and list positions that lead from the top of a document to a value."""


@dataclass(frozen=True)
class Place:
    """Where a value stands in its file: the line of its key (from 1) and the span of its text."""

    line: int
    start: int
    end: int


@dataclass
class Document:
    """The content of one YAML file.

    Attributes:
        path: the file.
        data: its content as plain Python values; {} when empty.
        places: for each key path, where it stands.
        faults: (line, key path, sentence) of everything YAML itself got wrong: syntax, keys given twice.
    """

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[tuple[int, KeyPath, str]] = field(default_factory=list)

    def line_of(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest key above it that exists; 0 when the file has nothing of it."""
        for length in range(len(path), 0, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place.line
        return 0


def read_document(path: Path) -> Document:
    """Read a YAML file; syntax errors land in `faults`, never in an exception. Raises OSError when unreadable."""
    document = Document(path)
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.faults.append((line, (), f"is not UTF-8: byte 0x{raw[error.start]:02x}"))
        return document
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return document
        if not isinstance(node, yaml.MappingNode):
            document.faults.append((node.start_mark.line + 1, (), "must be a list of “key: value” lines"))
            return document
        document.data = _read_mapping(loader, node, (), document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        document.faults.append((mark.line + 1 if mark else 1, (), f"is not valid YAML: {reason}"))
    except yaml.YAMLError as error:
        document.faults.append((1, (), f"is not valid YAML: {error}"))
    except RecursionError:
        document.faults.append((1, (), "refers to itself, or is nested far too deeply"))
    finally:
        loader.dispose()
    return document


def _read_node(loader: yaml.SafeLoader, node: yaml.Node, path: KeyPath, document: Document) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(loader, node, path, document)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            document.places[(*path, index)] = _place(item, item)
            items.append(_read_node(loader, item, (*path, index), document))
        return items
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:  # such as the date 2026-02-30
        document.faults.append((node.start_mark.line + 1, path, f"cannot be read: {error}"))
        return None


def _read_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            document.faults.append((key_node.start_mark.line + 1, path, "has a key that is not a word"))
            continue
        key = str(key_node.value)  # the word as written: YAML would read `on` as True
        here = (*path, key)
        if here in document.places:
            document.faults.append(
                (key_node.start_mark.line + 1, here, f"is given twice, first on line {document.places[here].line}")
            )
            continue
        document.places[here] = _place(key_node, value_node)
        content[key] = _read_node(loader, value_node, here, document)
    return content


def _place(key: yaml.Node, value: yaml.Node) -> Place:
    return Place(key.start_mark.line + 1, value.start_mark.index, value.end_mark.index)
