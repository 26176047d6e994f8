"""`cxdash serve` and `cxdash demo`: a server that starts, says where it is, and leaves quietly; a demo built once."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cxdash.edition import published_id
from cxdash.settings import Project
from tests.cli.conftest import Run


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_serves_and_leaves_quietly(
    run: Run, demo_project: Project, demo_edition: object, number: signal.Signals
) -> None:
    """It prints its address once it answers, holds its port against a second one, and ends with 0 and no noise."""
    port = _free_port()
    command = [sys.executable, "-m", "cxdash", "serve", "--headless", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--project", str(demo_project.root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            said = next(line for line in server.stdout if "http" in line)
            assert f"http://127.0.0.1:{port}" in said
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            answer = json.loads(connection.getresponse().read())
            assert answer == {"status": "ok", "edition": published_id(demo_project.editions)}
            second = run("serve", "--port", str(port), project=demo_project)
            assert second.code == 1
            assert f"Port {port} on 127.0.0.1 is in use." in second.err
            assert "--port" in second.err
        finally:
            server.send_signal(number)
        assert server.wait(30) == 0
        assert server.stderr.read() == ""


def test_a_port_in_use_is_told_before_anything_is_built(run: Run, tmp_path: Path) -> None:
    """`cxdash demo` does not spend a minute on data it cannot show."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("demo", "--port", str(port), project=Project(tmp_path / "demo"))
    assert ended.code == 1
    assert f"Port {port} on 127.0.0.1 is in use." in ended.err
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1"])
def test_an_address_of_another_machine_is_refused(run: Run, demo_project: Project, host: str) -> None:
    """An address nobody can listen on is named."""
    ended = run("serve", "--host", host, "--port", str(_free_port()), project=demo_project)
    assert ended.code == 1
    assert host in ended.err


def test_the_demo_is_built_once_and_replaced_only_when_it_is_ours(run: Run, tmp_path: Path) -> None:
    """The same demo is not built or published again; another one is; somebody's own data is never replaced."""
    project = Project(tmp_path / "demo")
    options = ["--no-serve", "--scale", "0.0125", "--to", "2026-06-30"]
    first = run("demo", *options, project=project)
    assert first.code == 0, first.out + first.err
    edition = published_id(project.editions)
    assert run("answer", "nps", "--json", project=project).json["data_as_of"] == "2026-06-30"
    again = run("demo", *options, project=project)
    assert "already there" in again.out
    assert "already published" in again.out
    assert published_id(project.editions) == edition
    (project.var / "demo.json").unlink()
    before = project.embedded_warehouse.stat().st_mtime_ns
    foreign = run("demo", *options, project=project)
    assert foreign.code == 1
    assert "did not put there" in foreign.err
    assert project.embedded_warehouse.stat().st_mtime_ns == before


def test_the_demo_leaves_other_warehouses_alone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that reads a warehouse of its own is not turned into the demo company."""
    monkeypatch.setenv("CXDASH_WAREHOUSE_URL", "postgresql://ann:hunter2secret@db/cx")
    ended = run("demo", "--no-serve", project=Project(tmp_path / "demo"))
    assert ended.code == 1
    assert "embedded" in ended.err
    assert "hunter2secret" not in ended.err


@pytest.mark.parametrize("arguments", [["--scale", "0"], ["--scale", "-1"], ["--to", "yesterday"], ["--port", "99999"]])
def test_nonsense_is_wrong_usage(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    """Impossible options stop with code 2 and make nothing."""
    assert run("demo", "--no-serve", *arguments, project=Project(tmp_path / "demo")).code == 2
    assert not (tmp_path / "demo").exists()


def test_an_example_is_served_from_its_own_project(
    run: Run, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An example becomes a project below var/demo, is published, and answers with the airport's known figure."""
    monkeypatch.chdir(tmp_path)
    ended = run("demo", "--no-serve", "--example", "sfo", "--data", str(shared_data))
    assert ended.code in (0, 3), ended.out + ended.err
    project = Project(tmp_path / "var" / "demo" / "sfo")
    rows = run("answer", "nps", "--period", "2017", "--json", project=project).json["rows"]
    assert (rows[0]["n"], round(rows[0]["value"], 1)) == (2746, 39.8)


def test_a_day_that_is_not_over_is_refused(run: Run, tmp_path: Path) -> None:
    """The demo cannot end in the future, which the checks would hold back."""
    ended = run("demo", "--no-serve", "--to", "2999-01-01", project=Project(tmp_path / "demo"))
    assert ended.code == 2
    assert "not over yet" in ended.err
