"""`cxdash init`: a project that loads, written once, pointing at its data."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxdash.errors import SettingsError, UnknownNameError
from cxdash.settings import init_project, list_examples, load_settings


def test_the_default_project_loads(tmp_path: Path) -> None:
    """The commented default is valid as it stands and uses the embedded warehouse."""
    new = init_project(tmp_path / "p")
    settings = load_settings(new.project)
    assert settings.warehouse_url({}).database == str(new.project.embedded_warehouse)
    assert settings.targets.health.critical == ("nps",)
    assert "config/warehouse.yaml" in new.files
    assert new.project.var.is_dir()
    assert any("cxdash demo" in step for step in new.next_steps)


@pytest.mark.parametrize("example", list_examples())
def test_every_example_loads_with_its_sql_files(tmp_path: Path, example: str) -> None:
    """An example comes with every SQL file it names, and its data folder is found inside the folder given."""
    template = load_settings(init_project(tmp_path / "plain", example=example).project)
    inner = tmp_path / "downloads" / Path(template.warehouse.variables["data"]).name
    inner.mkdir(parents=True)
    outer = init_project(tmp_path / "outer", example=example, data=inner.parent)
    direct = init_project(tmp_path / "direct", example=example, data=inner)
    for new in (outer, direct):
        settings = load_settings(new.project)
        assert settings.warehouse.variables["data"] == str(inner)
        assert new.data == inner
        for table in settings.warehouse.tables.values():
            assert table.sql is None or (new.project.config / table.sql).is_file()
    changed = (outer.project.config / "warehouse.yaml").read_text("utf-8").splitlines()
    plain = (tmp_path / "plain" / "config" / "warehouse.yaml").read_text("utf-8").splitlines()
    assert len([1 for a, b in zip(changed, plain, strict=True) if a != b]) == 1


def test_examples_exist() -> None:
    """Examples are found where the package looks for them."""
    assert {"sfo", "telco"} <= set(list_examples())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second init names the files in the way and changes none of them."""
    init_project(tmp_path)
    path = tmp_path / "config" / "warehouse.yaml"
    path.write_text("company: mine\n")
    with pytest.raises(SettingsError, match=r"already holds config/.*warehouse\.yaml"):
        init_project(tmp_path)
    assert path.read_text() == "company: mine\n"


def test_unknown_example_and_missing_data(tmp_path: Path) -> None:
    """A mistyped example gets the nearest name; a folder that is not there is named; nothing is written."""
    with pytest.raises(UnknownNameError, match="Did you mean “telco”"):
        init_project(tmp_path / "p", example="telko")
    with pytest.raises(SettingsError, match="There is no folder"):
        init_project(tmp_path / "p", example="sfo", data=tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="--example"):
        init_project(tmp_path / "p", data=tmp_path)
    assert not (tmp_path / "p").exists()
