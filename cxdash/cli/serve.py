"""`cxdash serve`: this process becomes the app's server, and a companion says when it can be visited.

The server takes this process's place (`exec`), so whoever started it (a shell, systemd, a container) signals the server
itself: Ctrl-C and SIGTERM end it, nothing stays behind. The companion waits for the first answer, prints the address,
opens a browser where there is a screen, and is gone.
"""

from __future__ import annotations

import errno
import http.client
import os
import socket
import sys
import time
import webbrowser
from pathlib import Path
from typing import NoReturn

import click

import cxdash
from cxdash.cli.session import PROJECT_VARIABLE, on_project, session
from cxdash.errors import CxdashError, SettingsError
from cxdash.settings.project import Project

PORT = 8501
HOST = "127.0.0.1"
PATIENCE = 120
"""Seconds the companion waits for the server's first answer."""


class PortError(CxdashError):
    """The port cannot be listened on."""


@click.command(short_help="Serve the app.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="Port to listen on.")
@click.option("--host", default=HOST, show_default=True, help="Address to listen on; cxdash has no login of its own.")
@click.option("--headless", is_flag=True, help="Open no browser window.")
@on_project
def serve(port: int, host: str, headless: bool) -> None:
    """Serve the app on this project's published edition, until Ctrl-C."""
    project = session().project
    if not (project.config / "warehouse.yaml").is_file() and not project.editions.is_dir():
        raise SettingsError(
            f"{project.root} is not a cxdash project: it has no config/warehouse.yaml.",
            action="Run “cxdash init” there, name another directory with --project, or try “cxdash demo”.",
        )
    check_port(host, port)
    become_server(project, host=host, port=port, headless=headless)


def check_port(host: str, port: int) -> None:
    """Raise `PortError` when nobody could listen there now, with what uses it and what to do."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            ours = _status(host, port, "/healthz") is not None
            raise PortError(
                f"Port {port} on {host} is in use.",
                known=f"A web server answers there already: {_address(host, port)}" if ours else "",
                action=f"Stop what uses it, or choose another port, for example --port {_free_port(host, port)}.",
            ) from None
        raise PortError(
            f"Port {port} on {host} cannot be listened on: {error.strerror or error}.",
            action="Choose a port from 1024 up with --port, and an address of this machine with --host.",
        ) from None


def _free_port(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + 50, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    return PORT


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": HOST, "::": "[::1]", "": HOST}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _status(host: str, port: int, path: str) -> int | None:
    """Status of an HTTP answer; None when there is none."""
    reached = {"0.0.0.0": HOST, "::": "::1", "": HOST}.get(host, host)
    connection = http.client.HTTPConnection(reached, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def find_app() -> Path:
    """The server's script; raises `CxdashError` where it was not installed along."""
    script = Path(cxdash.__file__).resolve().parents[1] / "app.py"
    if not script.is_file():
        raise CxdashError(
            "The app is not part of this installation.",
            known=f"Looked for {script}.",
            action="Run cxdash from its repository: “make demo”, or “make install” and “.venv/bin/cxdash serve”.",
        )
    return script


def become_server(project: Project, *, host: str, port: int, headless: bool) -> NoReturn:
    """Replace this process by the app's server."""
    script = find_app()
    sys.stdout.flush()
    sys.stderr.flush()
    _start_companion(host, port, headless=headless)
    # Streamlit's own greeting goes to standard output; errors and logs go to standard error and stay.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    environment = os.environ | {PROJECT_VARIABLE: str(project.root), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    options = {
        "server.port": str(port),
        "server.address": host,
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    os.chdir(script.parent)  # where .streamlit/config.toml is
    command = [sys.executable, "-m", "cxdash.cli.server", "run", str(script), *flags]
    os.execve(sys.executable, command, environment)


def _start_companion(host: str, port: int, *, headless: bool) -> None:
    """Fork the companion, twice, so that the server is not left with a child it knows nothing of."""
    server = os.getpid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    if os.fork():
        os._exit(0)
    try:
        _accompany(server, host, port, headless=headless)
    finally:
        os._exit(0)


def _accompany(server: int, host: str, port: int, *, headless: bool) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        try:
            os.kill(server, 0)
        except OSError:
            return
        if _status(host, port, "/healthz") is not None:
            break
        time.sleep(0.1)
    else:
        return
    address = _address(host, port)
    sys.stdout.write(f"\n  cxdash is at {address}\n  Ctrl-C ends it.\n\n")
    sys.stdout.flush()
    has_screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not headless and has_screen:
        webbrowser.open(address)
