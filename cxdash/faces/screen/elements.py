"""HTML that is escaped by construction: what is not known to be markup is text.

Names of customers, regions and reasons come from a company's systems and may hold anything. No module of the screen
puts angle brackets together by hand; it nests `tag(…)`, which escapes every plain string it is given.
"""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup made by `tag`; the only strings that are not escaped again."""

    __slots__ = ()


def safe(child: str) -> str:
    """The child as it may stand in a document."""
    return child if isinstance(child, Html) else escape(child)


def tag(name: str, *children: str, **attributes: str | bool | None) -> Html:
    """An element with its children.

    Args:
        name: of the element.
        children: text, which is escaped, or markup, which is not.
        attributes: underscores become hyphens, a trailing one is dropped (`class_`); None and False leave the attribute
            out, True gives it no value.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        parts.append(attribute if value is True else f'{attribute}="{escape(value)}"')
    start = " ".join(parts)
    if name in {"img", "br"}:
        return Html(f"<{start}>")
    return Html(f"<{start}>{''.join(safe(child) for child in children)}</{name}>")


def joined(*parts: str) -> Html:
    """Siblings without a parent."""
    return Html("".join(safe(part) for part in parts))
