"""Read a project's configuration, or say everything that is wrong with it.

The warehouse address is not resolved here: the app that shows published editions needs the settings but has no
business with the warehouse or its password. `Settings.warehouse_url` resolves it when somebody connects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import URL

from cxdash.errors import SettingsError
from cxdash.settings.document import Document, KeyPath, read_document
from cxdash.settings.models import WarehouseSettings
from cxdash.settings.problems import InvalidSettingsError, Problem, describe_faults, describe_validation, dotted
from cxdash.settings.project import Project
from cxdash.settings.targets import TargetSettings, find_disagreements
from cxdash.settings.urls import resolve_url

WAREHOUSE_FILE = "warehouse.yaml"
TARGETS_FILE = "targets.yaml"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Settings:
    """A project's validated configuration.

    Attributes:
        project: the directory it came from.
        warehouse: `config/warehouse.yaml`.
        targets: `config/targets.yaml`.
        documents: the files as read, by name, for messages that name a line.
    """

    project: Project
    warehouse: WarehouseSettings
    targets: TargetSettings
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False, compare=False)

    def locate(self, file: str, path: KeyPath) -> str:
        """Where a key stands: `config/warehouse.yaml, line 12, tables.responses.columns`."""
        return self.describe(file, path, "").place

    def describe(self, file: str, path: KeyPath, sentence: str, *, known: str = "", action: str = "") -> Problem:
        """A problem at a key of one of the files, found by somebody who knows more than the shape of the file."""
        document = self.documents.get(file)
        line = document.line_of(path) if document else 0
        return Problem(f"config/{file}", line, dotted(path), sentence, known, action)

    def warehouse_url(self, environment: Mapping[str, str] | None = None) -> URL:
        """The address to connect to; raises `SettingsError` naming file and line when it cannot be had."""
        try:
            return resolve_url(self.warehouse.url, self.project, environment)
        except SettingsError as error:
            place = self.locate(WAREHOUSE_FILE, ("url",))
            raise SettingsError(f"{place}: {error.problem}", known=error.known, action=error.action) from None


def load_settings(project: Project) -> Settings:
    """Read and validate `config/` of a project.

    Raises:
        SettingsError: no such project. `InvalidSettingsError` lists every problem of every file.
    """
    if not (project.config / WAREHOUSE_FILE).is_file():
        raise SettingsError(
            f"{project.root} is not a cxdash project: it has no config/{WAREHOUSE_FILE}.",
            action="Run “cxdash init” there, or name another directory with --project.",
        )
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    warehouse = _load(project, WAREHOUSE_FILE, WarehouseSettings, documents, problems)
    targets = _load(project, TARGETS_FILE, TargetSettings, documents, problems)
    if targets is not None:
        for path, sentence in find_disagreements(targets):
            line = documents[TARGETS_FILE].line_of(path) if TARGETS_FILE in documents else 0
            problems.append(Problem(f"config/{TARGETS_FILE}", line, dotted(path), sentence))
    if problems or warehouse is None or targets is None:
        raise InvalidSettingsError(problems)
    return Settings(project, warehouse, targets, documents)


def _load(
    project: Project, name: str, model: type[M], documents: dict[str, Document], problems: list[Problem]
) -> M | None:
    path, file = project.config / name, f"config/{name}"
    if not path.is_file():
        return model()
    try:
        document = documents[name] = read_document(path)
    except OSError as error:
        problems.append(Problem(file, 0, "", f"cannot be read: {error.strerror}"))
        return None
    problems.extend(describe_faults(document, file))
    if document.faults and not document.data:
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems.extend(describe_validation(error, model, document, file))
        return None
