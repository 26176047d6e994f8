"""The locks: hashes and no host, in step with pyproject.toml and with each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;\\]+)")
RUN, DEV = "requirements.lock", "requirements-dev.lock"


def pins(path: Path) -> dict[str, set[str]]:
    """The versions a lock allows per package; several where they depend on Python's version."""
    found: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if pin := PIN.match(line):
            found.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return found


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_locks_name_no_host(root: Path, lock: str) -> None:
    """A lock holds no address: where wheels come from is the installing machine's business."""
    text = (root / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_pin_has_a_hash(root: Path, lock: str) -> None:
    """Every requirement is a pin that continues with at least one SHA-256."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (root / lock).read_text("utf-8").partition("\n")[2])
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert len(entries) > 50
    assert not [entry.splitlines()[0] for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry]


def test_both_locks_agree(root: Path) -> None:
    """The development lock contains the runtime lock, version for version."""
    run, dev = pins(root / RUN), pins(root / DEV)
    assert not {name: (versions, dev.get(name)) for name, versions in run.items() if dev.get(name) != versions}


def test_locks_fit_the_project(root: Path, project: dict[str, Any]) -> None:
    """Every dependency of pyproject.toml is locked at a version it allows; `make lock` was run after the last edit."""
    extras = project["project"]["optional-dependencies"]["dev"]
    wanted = {
        RUN: project["project"]["dependencies"] + project["dependency-groups"]["install"],
        DEV: project["project"]["dependencies"] + project["dependency-groups"]["install"] + extras,
    }
    for lock, requirements in wanted.items():
        locked = pins(root / lock)
        for requirement in map(Requirement, requirements):
            versions = locked.get(canonicalize_name(requirement.name), set())
            assert versions, f"{requirement.name} is missing in {lock}"
            assert all(requirement.specifier.contains(version) for version in versions), (
                f"{requirement} in {lock}: {versions}"
            )


def test_the_build_needs_nothing_that_is_not_locked(root: Path, project: dict[str, Any]) -> None:
    """What builds the package is in the runtime lock, so an installation fetches nothing without a hash."""
    locked = pins(root / RUN)
    assert {canonicalize_name(Requirement(name).name) for name in project["build-system"]["requires"]} <= set(locked)
