"""Typed settings: what a project's configuration says, and everything that is wrong with it at once.

`load_settings(Project(directory))` reads `config/warehouse.yaml` and `config/targets.yaml`. Unknown keys are refused
with file, line and the nearest known key. Secrets stay outside the files and are hidden by `redact`.
"""

from __future__ import annotations

from cxdash.settings.load import TARGETS_FILE, WAREHOUSE_FILE, Settings, load_settings
from cxdash.settings.models import CalendarSettings, TableSource, WarehouseSettings
from cxdash.settings.problems import InvalidSettingsError, Problem
from cxdash.settings.project import Project
from cxdash.settings.starting import NewProject, init_project, list_examples
from cxdash.settings.targets import (
    HealthSettings,
    MetricTarget,
    TargetSettings,
)
from cxdash.settings.urls import describe_source, redact, resolve_url, scrub

__all__ = [
    "TARGETS_FILE",
    "WAREHOUSE_FILE",
    "CalendarSettings",
    "HealthSettings",
    "InvalidSettingsError",
    "MetricTarget",
    "NewProject",
    "Problem",
    "Project",
    "Settings",
    "TableSource",
    "TargetSettings",
    "WarehouseSettings",
    "describe_source",
    "init_project",
    "list_examples",
    "load_settings",
    "redact",
    "resolve_url",
    "scrub",
]
