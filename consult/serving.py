"""Serving on one machine: the web server, and a worker process beside it that is kept alive.

The worker is a process of its own so that heavy analysis never slows a page down, and so that either may
be killed at any moment: what is to be done stands in the database.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import waitress
from flask import Flask

from consult.errors import Unavailable
from consult.jobs import queueing
from consult.jobs.worker import Worker

log = logging.getLogger("consult.serving")

THREADS = 8
#: Bodies above this are refused by the server itself before they are read; the application's own limits
#: are far lower and answer in the site's look.
SERVER_BODY_LIMIT = 256 * 1024 * 1024
RESTART_AFTER_SECONDS = 2.0


def free_port(host: str, wanted: int, tries: int = 20) -> int:
    """``wanted``, or the next port that nobody listens on. Raises `Unavailable` when there is none."""
    for port in range(wanted, wanted + tries):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise Unavailable("Cannot listen on %(host)s: %(why)s", host=host, why=error.strerror) from None
                continue
            return port
    raise Unavailable("No free port between %(first)d and %(last)d.", first=wanted, last=wanted + tries - 1)


class EmbeddedWorker:
    """A worker process that is started again whenever it ends, until this one stops."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._options = ["--quiet"] if is_quiet else []
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_alive, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the worker; a job at hand is taken up again by the next one."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep_alive(self) -> None:
        while not self._stopping.is_set():
            command = [sys.executable, "-m", "consult", "worker", "--parent", str(os.getpid()), *self._options]
            self._process = subprocess.Popen(command)
            code = self._process.wait()
            if not self._stopping.wait(RESTART_AFTER_SECONDS):
                log.warning("worker ended, starting another", extra={"code": code})


def serve(app: Flask, host: str, port: int, *, with_worker: bool, ready: Callable[[str], Any]) -> None:
    """Serve until interrupted. ``ready`` is called with the address once requests are taken."""
    # The application decides for itself which proxy headers to believe (consult.web.proxies).
    server = waitress.create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        max_request_body_size=SERVER_BODY_LIMIT,
        clear_untrusted_proxy_headers=False,
    )
    worker = EmbeddedWorker() if with_worker else None
    if worker is not None:
        worker.start()

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only for showing an address
    ready(f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/")
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        if worker is not None:
            worker.stop()
        server.close()


def work(worker: Worker, app: Flask, parent: int | None) -> None:
    """Run jobs until interrupted, or until the parent process is gone."""
    signal.signal(signal.SIGTERM, lambda number, frame: worker.stop())
    engine, settings = app.extensions["consult.engine"], app.extensions["consult.settings"]
    with contextlib.suppress(KeyboardInterrupt):
        queueing.run(worker, engine, settings, lambda: parent is None or os.getppid() == parent)


@contextlib.contextmanager
def local_workers(count: int) -> Iterator[None]:
    """So many worker processes on this machine, kept alive as long as the block runs."""
    workers = [EmbeddedWorker(is_quiet=True) for _ in range(count)]
    try:
        for one in workers:
            one.start()
        yield
    finally:
        for one in workers:
            one.stop()


def follow(read: Callable[[], tuple[str, int, int]], show: Callable[[int, int], None], every: float = 0.2) -> str:
    """Watch a job until it has ended; its last state. ``read`` gives (state, done, total)."""
    while True:
        state, done, total = read()
        show(done, total)
        if state not in ("queued", "running"):
            return state
        time.sleep(every)
