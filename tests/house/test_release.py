"""What a visitor reads is true: one version, one test command, targets that exist, nothing about anybody's machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import cxdash

# Written in pieces, so that this file does not contain what it forbids.
FOREIGN = [
    "/" + "work/", "/" + "root/", "/" + "opt/", "/" + r"home/[a-z]", "/" + "Users/",
    r"[A-Z]:\\" + "Users",
    "pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "proxy" + r"\.golang",
    "/" + r"tmp/[a-z]",
]  # fmt: skip


def test_one_version(root: Path, project: dict[str, Any]) -> None:
    """pyproject.toml, the package and the changelog name the same version."""
    version = project["project"]["version"]
    assert cxdash.__version__ == version
    assert f"\n## [{version}]" in (root / "CHANGELOG.md").read_text("utf-8")


def test_the_readme_names_the_test_command_ci_calls(root: Path) -> None:
    """.ci/run calls exactly one make target, which the README calls the whole test command."""
    script = (root / ".ci/run").read_text("utf-8")
    called = re.findall(r"^\s*(make [a-z-]+)", script, re.MULTILINE)
    assert called == ["make test"]
    assert f"`{called[0]}` is the whole test command" in (root / "README.md").read_text("utf-8")
    assert "set -euo pipefail" in script
    assert os.access(root / ".ci/run", os.X_OK)


def test_every_target_is_listed_by_make_help(root: Path) -> None:
    """Each phony target carries the `##` sentence that `make help` prints, and each listed one is phony."""
    makefile = (root / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def test_the_readme_names_only_targets_that_exist(root: Path) -> None:
    """Every `make x` in the README is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    readme = (root / "README.md").read_text("utf-8")
    named = set(re.findall(r"(?:`|^|&& )make ([a-z][a-z-]*)", readme, re.MULTILINE))
    assert named
    assert named <= targets


def test_files_say_nothing_about_a_machine(root: Path, tracked: list[str]) -> None:
    """No kept file names a private folder or a package registry."""
    pattern = re.compile("|".join(rf"(?<![\w.]){piece}" for piece in FOREIGN))
    found = []
    for name in tracked:
        data = (root / name).read_bytes()
        if b"\0" in data[:4096]:
            continue
        lines = data.decode("utf-8").splitlines()
        found += [f"{name}:{n} {hit[0]}" for n, line in enumerate(lines, 1) if (hit := pattern.search(line))]
    assert not found


def test_the_licence_is_whole(root: Path, project: dict[str, Any]) -> None:
    """The declared licence is the one whose full text lies beside it."""
    assert project["project"]["license"] == "Apache-2.0"
    text = (root / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
