"""A real server process with its worker, and Chromium: what the journeys share.

Chromium is Debian's; ``tools/install-system-packages.sh tests`` installs it. The server keeps its own SQLite file in a
temporary folder whatever database the rest of the suite runs on.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from sqlalchemy.orm import Session

from consult import schema
from consult.clock import Clock
from consult.config import Settings, load_settings
from consult.db import make_engine, new_session
from tests.browser.visitor import Visitor
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = which("chromium") or which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
#: A phone of today, held upright.
PHONE = {"viewport": {"width": 375, "height": 800}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SECONDS_TO_START = 60


class Town:
    """A running site: its address, and a hand in its database for arranging and for looking."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = load_settings({}, instance=folder)
        self.engine = make_engine(self.settings.database_url)
        schema.upgrade(self.engine, self.settings)
        self.own: Session = new_session(self.engine)
        self.accounts = Accounts(self.own, Clock())
        self.drafts = Drafts(self.own, Clock(), self.accounts)
        self.address = f"http://127.0.0.1:{_free_port()}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start ``consult serve`` and wait until it answers."""
        port = self.address.rpartition(":")[2]
        environment = {**os.environ, "CONSULT_INSTANCE": str(self.settings.instance)}
        environment.pop("CONSULT_DATABASE_URL", None)
        log = (self.settings.instance / "server.log").open("wb")
        command = [sys.executable, "-m", "consult", "serve", "--port", port]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        opener = build_opener(ProxyHandler({}))
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and server.poll() is None:
            try:
                opener.open(self.address + "/", timeout=5).close()
                return server
            except (URLError, OSError):
                time.sleep(0.2)
        server.terminate()
        raise AssertionError((self.settings.instance / "server.log").read_text(errors="replace")[-3000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A site of one's own for the tests of one module."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: run tools/install-system-packages.sh tests")
    made = Town(tmp_path_factory.mktemp("town"))
    server = made.start()
    yield made
    made.own.close()
    made.engine.dispose()
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: run tools/install-system-packages.sh tests")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def arrive(chromium: Any, town: Town) -> Iterator[Callable[..., Visitor]]:
    """``arrive(**PHONE)``: somebody with a browser of their own, watched on every page; see `Visitor`."""
    contexts = []

    def opened(**options: Any) -> Visitor:
        context = chromium.new_context(locale="zh-CN", accept_downloads=True, **(options or DESKTOP))
        contexts.append(context)
        return Visitor(context, town.address)

    yield opened
    for context in contexts:
        context.close()
