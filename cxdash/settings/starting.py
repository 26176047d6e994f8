"""`cxdash init`: a new project from the commented default configuration or from one of the examples.

Nothing that exists is overwritten. An example learns where its data lies: the folder itself, or the folder that holds
it under the name the example knows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cxdash.errors import SettingsError, unknown_name
from cxdash.settings.document import read_document
from cxdash.settings.load import WAREHOUSE_FILE
from cxdash.settings.project import Project

_PACKAGE = Path(__file__).resolve().parents[1]
_DATA = ("variables", "data")


@dataclass(frozen=True)
class NewProject:
    """What `init_project` made.

    Attributes:
        project: the project.
        files: files written, relative to it.
        data: folder the SQL sources of an example read; None without an example.
        next_steps: commands to run next, in order.
    """

    project: Project
    files: tuple[str, ...]
    data: Path | None
    next_steps: tuple[str, ...]

    def lines(self) -> list[str]:
        """For a terminal."""
        return [
            f"Created {self.project.root} with {', '.join(self.files)}.",
            *([f"Its data is read from {self.data}."] if self.data else []),
            "Next:",
            *(f"  {step}" for step in self.next_steps),
        ]


def find_templates() -> Path:
    """The folder of default configuration: inside an installed package, or at the top of the repository."""
    for folder in (_PACKAGE / "_config", _PACKAGE.parent / "config"):
        if (folder / WAREHOUSE_FILE).is_file():
            return folder
    raise SettingsError("This installation of cxdash lacks its default configuration.", action="Install it again.")


def list_examples() -> tuple[str, ...]:
    """Names of the example projects."""
    return tuple(sorted(path.parent.name for path in find_templates().glob(f"examples/*/{WAREHOUSE_FILE}")))


def init_project(directory: Path, *, example: str | None = None, data: Path | None = None) -> NewProject:
    """Write a new project.

    Args:
        directory: where; created if need be. It may exist, but may hold none of the files to be written.
        example: name of an example project; None = the commented default.
        data: folder with the example's data, or the folder that holds that folder.

    Raises:
        UnknownNameError: no such example.
        SettingsError: files that would be overwritten, or data that is not there.
    """
    project = Project(directory)
    sources = _collect(example)
    _refuse_overwriting(project, sources)
    if data is not None and example is None:
        raise SettingsError("--data says where an example's data lies.", action="Name the example with --example.")
    text = sources[WAREHOUSE_FILE].read_text(encoding="utf-8")
    folder = None
    if data is not None:
        text, folder = _point_to(sources[WAREHOUSE_FILE], text, data)
    project.var.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        target = project.config / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text if name == WAREHOUSE_FILE else source.read_text(encoding="utf-8"), encoding="utf-8")
    ignored = project.root / ".gitignore"
    if not ignored.exists():
        ignored.write_text("var/\n", encoding="utf-8")
    return NewProject(project, tuple(f"config/{name}" for name in sources), folder, _advise(project, example, data))


def _collect(example: str | None) -> dict[str, Path]:
    """Files to write by their path below config/: the defaults, with the example's in their place."""
    templates = find_templates()
    found = {path.name: path for path in sorted(templates.glob("*.yaml"))}
    if example is not None:
        if example not in list_examples():
            raise unknown_name("example", example, list_examples())
        folder = templates / "examples" / example
        found |= {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return found


def _refuse_overwriting(project: Project, sources: dict[str, Path]) -> None:
    present = [f"config/{name}" for name in sources if (project.config / name).exists()]
    if present:
        raise SettingsError(
            f"{project.root} already holds {', '.join(present)}; nothing was written.",
            action="Choose another directory, or move those files away.",
        )


def _point_to(template: Path, text: str, data: Path) -> tuple[str, Path]:
    """The configuration with `variables.data` set to the folder the example's data is in."""
    document = read_document(template)
    place = document.places.get(_DATA)
    if place is None:
        raise SettingsError("This example reads no files, so --data has nothing to say.", action="Leave it out.")
    known = Path(str(document.data["variables"]["data"])).name
    given = data.expanduser().resolve()
    folder = given / known if (given / known).is_dir() else given
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {given}.", action=f"Name the folder that is or holds {known}.")
    quoted = json.dumps(str(folder), ensure_ascii=False)  # a JSON string is a YAML string
    return text[: place.start] + quoted + text[place.end :], folder


def _advise(project: Project, example: str | None, data: Path | None) -> tuple[str, ...]:
    at = f"--project {project.root}"
    if example is None:
        return (f"cxdash demo {at}", f"or name your warehouse in config/{WAREHOUSE_FILE}, then: cxdash doctor {at}")
    first = () if data is not None else (f"set variables.data in config/{WAREHOUSE_FILE}",)
    return (*first, f"cxdash doctor {at}", f"cxdash refresh {at}", f"cxdash serve {at}")
