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
#: More server processes than this gain nothing on the machines the software is made for.
MOST_BY_ITSELF = 4
_OPTIONS: dict[str, Any] = {
    "ident": None,
    "max_request_body_size": SERVER_BODY_LIMIT,
    # The application decides for itself which proxy headers to believe (consult.web.proxies).
    "clear_untrusted_proxy_headers": False,
}


def processes_here() -> int:
    """As many server processes as this machine has processors, up to a few."""
    return max(1, min(MOST_BY_ITSELF, len(os.sched_getaffinity(0))))


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


def serve(
    app: Flask, host: str, port: int, *, with_worker: bool, ready: Callable[[str], Any], processes: int = 1
) -> None:
    """Serve until interrupted. ``ready`` is called with the address once requests are taken.

    With several processes each takes connections from the one listening socket, and one that ends is started again.
    """
    worker = EmbeddedWorker() if with_worker else None
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only for showing an address
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
    if processes > 1:
        _serve_together(app, _listening(host, port), processes, worker, lambda: ready(address))
        return
    server = waitress.create_server(app, host=host, port=port, threads=THREADS, **_OPTIONS)
    if worker is not None:
        worker.start()
    signal.signal(signal.SIGTERM, _interrupt)
    ready(address)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        if worker is not None:
            worker.stop()
        server.close()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _listening(host: str, port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((host, port))
    found.listen(1024)
    found.setblocking(False)
    return found


def _serve_together(
    app: Flask, shared: socket.socket, count: int, worker: EmbeddedWorker | None, ready: Callable[[], Any]
) -> None:
    """So many processes on one socket, made by forking: they share the memory of what was imported before."""
    # No connection to the database may be shared: whoever is forked begins with none.
    app.extensions["consult.engine"].dispose()
    # Nobody ever writes to it. A child that can read its end knows that the parent is gone, however it went.
    alive, held = os.pipe()
    children = {_forked(app, shared, alive, held) for _ in range(count)}
    signal.signal(signal.SIGTERM, _interrupt)
    if worker is not None:
        worker.start()
    ready()
    try:
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended in children:
                log.warning("server process ended, starting another", extra={"code": os.waitstatus_to_exitcode(status)})
                children.remove(ended)
                time.sleep(RESTART_AFTER_SECONDS)
                children.add(_forked(app, shared, alive, held))
            else:
                time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        if worker is not None:
            worker.stop()
        for child in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
        shared.close()


def _forked(app: Flask, shared: socket.socket, alive: int, held: int) -> int:
    """One more process that answers requests; its number, in the parent."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.close(held)
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of Ctrl+C the parent tells
        threading.Thread(target=_leave_with_parent, args=(alive,), daemon=True).start()
        server = waitress.create_server(app, sockets=[shared], threads=THREADS // 2, **_OPTIONS)
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
        code = 0
    finally:
        os._exit(code)


def _leave_with_parent(alive: int) -> None:
    os.read(alive, 1)
    os._exit(0)


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
