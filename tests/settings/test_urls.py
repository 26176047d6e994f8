"""Addresses come from outside the files, and never come out with their secrets."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cxdash.errors import SettingsError
from cxdash.settings import InvalidSettingsError, Project, describe_source, load_settings, redact, resolve_url, scrub


def test_the_embedded_warehouse_counts_from_the_project(tmp_path: Path) -> None:
    """A relative DuckDB path is made absolute from the project, wherever the process runs."""
    project = Project(tmp_path)
    assert resolve_url("duckdb:///var/warehouse.duckdb", project).database == str(project.embedded_warehouse)
    assert resolve_url("duckdb:////elsewhere/x.duckdb", project).database == "/elsewhere/x.duckdb"
    assert resolve_url("duckdb:///:memory:", project).database == ":memory:"


def test_environment_then_default_then_error(tmp_path: Path) -> None:
    """A set variable wins, the default follows, and without either the message names the variable."""
    project = Project(tmp_path)
    text = "env:W|duckdb:///a.duckdb"
    assert resolve_url(text, project, {"W": "postgresql://u:p@h/d"}).drivername == "postgresql+psycopg"
    assert resolve_url(text, project, {}).database == str(project.root / "a.duckdb")
    assert resolve_url(text, project, {"W": ""}).database == str(project.root / "a.duckdb")
    for written in ("postgres://h/d", "postgresql+psycopg2://h/d"):
        assert resolve_url(written, project).drivername == "postgresql+psycopg"
    with pytest.raises(SettingsError, match="environment variable W"):
        resolve_url("env:W", project, {})
    assert describe_source(text, {}) == "config/warehouse.yaml, as W is not set"
    assert describe_source(text, {"W": "x"}) == "environment variable W"


def test_a_secrets_file_is_read(tmp_path: Path) -> None:
    """`file:PATH` holds the address on one line; a missing file is named."""
    (tmp_path / "url").write_text("postgresql://u:geheim@h/d\n")
    assert resolve_url("file:url", Project(tmp_path)).password == "geheim"
    with pytest.raises(SettingsError, match=r"nowhere.*cannot be read"):
        resolve_url("file:nowhere", Project(tmp_path))


def test_a_bad_address_is_not_shown(tmp_path: Path) -> None:
    """What is no address may still hold a password, so the message says where it came from and not what it is."""
    with pytest.raises(SettingsError) as caught:
        resolve_url("env:W", Project(tmp_path), {"W": "not a url, password=geheim"})
    assert "geheim" not in str(caught.value)
    assert "environment variable W" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:geheim@h/d", "postgresql://h/d?password=geheim", "duckdb:///x?token=geheim"]
)
def test_a_literal_password_is_refused_unseen(tmp_path: Path, url: str) -> None:
    """A configuration file is committed: an address with a secret is refused there, and not repeated."""
    project = Project(tmp_path)
    project.config.mkdir()
    (project.config / "warehouse.yaml").write_text(f"company: A\nurl: {url}\n")
    with pytest.raises(InvalidSettingsError) as caught:
        load_settings(project)
    assert "line 2, url: holds a password" in str(caught.value)
    assert "geheim" not in str(caught.value)


@given(st.text(min_size=4).filter(lambda p: p.strip() and "*" not in p))
def test_no_password_survives_redaction(password: str) -> None:
    """Whatever the password, neither the redacted address nor a scrubbed driver message holds it."""
    url = sa.URL.create("postgresql+psycopg", "user", password, "host", 5432, "db", query={"sslkey": password})
    marker = f"<<{password}>>"
    assert marker not in redact(url.set(password=marker))
    message = scrub(f"cannot open {url.render_as_string(hide_password=False)}: {marker} {quote(marker, safe='')}", url)
    assert marker not in message
    assert quote(password, safe="") not in message.replace("***", "")
    assert redact(url).startswith("postgresql+psycopg://user:***@host")


def test_text_that_is_no_address_is_hidden() -> None:
    """Redaction fails closed."""
    assert redact("password=geheim host=h") == "***"
