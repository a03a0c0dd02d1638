"""How fast the public pages of one consultation are, beside the nearest peer's figures.

    python -m benchmarks.pages [--processes 4] [--seconds 5] [--clients 1,8]
    tools/with-postgresql python -m benchmarks.pages

Starts the real server over a database of its own with 60 clauses, 1,000 comments of 40 to 200 characters and 200
accounts, signs every account in through the form, and measures with 1 and 8 clients, each in a process of its own
with a kept connection: the page of the draft, the page of a clause with its first 20 comments, the list of drafts,
and posting a comment with session and form token as a browser sends them, and the workbook of all comments. After
posting, the rows in the database are counted against the receipts that were given. Also printed: time from the start
of the command to the first page, memory of every server process (proportional share), and bytes and requests of a
first visit of the draft's page.

The peer is adhocracy+ 2606.1, measured in the same shape on the same class of machine with 8 clients.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import multiprocessing
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

from sqlalchemy import create_engine, func, make_url, select, text

from consult import schema
from consult.clock import Clock
from consult.comments.models import Comment
from consult.config import load_settings
from consult.db import make_engine, new_session
from tests.factories.accounts import PASSWORD
from tests.factories.consultation import consultation, sentence

SERVER = os.environ.get("CONSULT_TEST_DATABASE_URL", "")
ARTICLES, COMMENTS, CITIZENS = 60, 1_000, 200
#: What one account may send in ten minutes; the measurement keeps to it.
POSTS_EACH = 18
#: Requests a second of the peer with 8 clients, and what else was measured of it.
PEER = {"draft page": 12.7, "20 comments of a clause": 9.5, "list of drafts": 121.0, "posting": 34.3}
PEER_FIRST_VISIT = "21 requests, 1,310,000 bytes"
PEER_MEMORY = "180 MB a worker"
PEER_EXPORT = "4.7 s"


@dataclass(frozen=True)
class Citizen:
    """A signed-in browser."""

    number: int
    cookie: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-Forwarded-For": f"10.0.{self.number // 250}.{self.number % 250 + 1}"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", default="1,8")
    parser.add_argument("--only", default="", help="Measure only what contains these words.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as instance, database(Path(instance)) as url:
        os.environ |= {
            "CONSULT_INSTANCE": instance,
            "CONSULT_DATABASE_URL": url,
            "CONSULT_TRUSTED_PROXIES": "127.0.0.1",
        }
        slug = seeded(url)
        with served(options.processes) as (port, cold, process):
            print(f"{url.split(':')[0]}, {options.processes} processes; first page {cold:.1f} s after the start")
            first_visit(port, f"/drafts/{slug}")
            citizens = signed_in(port, f"/drafts/{slug}/clauses/3")
            export(port)
            pages = {
                "draft page": f"/drafts/{slug}",
                "20 comments of a clause": f"/drafts/{slug}/clauses/3",
                "list of drafts": "/drafts",
            }
            for name, path in ((name, path) for name, path in pages.items() if options.only in name):
                for clients in map(int, options.clients.split(",")):
                    report(name, clients, run(reading, clients, port, path, options.seconds))
            sent = 0
            for clients in map(int, options.clients.split(",") if options.only in "posting" else ()):
                half = citizens[: len(citizens) // 4] if clients == 1 else citizens[len(citizens) // 4 :]
                found = run(posting, clients, port, f"/drafts/{slug}/clauses/3", options.seconds, half)
                sent += len(found.times)
                report("posting", clients, found)
            print(f"memory of the server's processes: {memory(process.pid)} (peer: {PEER_MEMORY})")
        print(
            f"posted {sent}, kept {kept(url) - COMMENTS}: {sent - (kept(url) - COMMENTS)} lost (peer: 4-5 % of counts)"
        )
    return 0


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty database: PostgreSQL where a server is named, else SQLite."""
    if not SERVER:
        yield f"sqlite:///{folder / 'pages.sqlite3'}"
        return
    url, name = make_url(SERVER), "consult_pages"
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()


def seeded(url: str) -> str:
    """The consultation; its name in addresses."""
    engine = make_engine(url)
    schema.upgrade(engine, load_settings())
    with new_session(engine) as own:
        made = consultation(
            own, Clock().now(), articles=ARTICLES, comments=COMMENTS, citizens=CITIZENS, password=PASSWORD
        )
        slug = made.draft.slug
    engine.dispose()
    return slug


@contextmanager
def served(processes: int) -> Iterator[tuple[int, float, subprocess.Popen[bytes]]]:
    """The real server; its port, the seconds to its first page, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "consult", "serve", "--port", str(port), "--no-worker"]
    if processes > 1:
        command += ["--processes", str(processes)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/drafts")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.02)
        yield port, time.perf_counter() - started, process
    finally:
        process.terminate()
        process.wait(20)


def signed_in(port: int, path: str) -> list[Citizen]:
    """Every account signed in through the form, with the token of the form it will send."""
    found = []
    for number in range(CITIZENS):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        forwarded = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}
        page, cookie = _ask(connection, "GET", "/sign-in", forwarded)
        typed = {"csrf_token": _token(page), "handle": f"citizen-{number}", "password": PASSWORD}
        _, cookie = _ask(connection, "POST", "/sign-in", {**forwarded, "Cookie": cookie}, typed)
        page, later = _ask(connection, "GET", path, {**forwarded, "Cookie": cookie})
        found.append(Citizen(number, later or cookie, _token(page)))
        connection.close()
    return found


def export(port: int) -> None:
    """An officer downloads all comments as a workbook; the best of three."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    page, cookie = _ask(connection, "GET", "/sign-in", {})
    typed = {"csrf_token": _token(page), "handle": "bureau", "password": PASSWORD}
    _, cookie = _ask(connection, "POST", "/sign-in", {"Cookie": cookie}, typed)
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        connection.request("GET", "/desk/ledger/1/working.xlsx", headers={"Cookie": cookie})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"the export gave {answer.status}")
        taken.append(time.perf_counter() - started)
    print(f"XLSX of {COMMENTS:,} comments: {min(taken):.2f} s, {size:,} bytes (peer: {PEER_EXPORT})")


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    typed: dict[str, str] | None = None,
) -> tuple[str, str]:
    body = urlencode(typed) if typed else None
    extra = {"Content-Type": "application/x-www-form-urlencoded"} if typed else {}
    connection.request(method, path, body, {**headers, **extra})
    answer = connection.getresponse()
    page = answer.read().decode()
    if answer.status >= 400:
        raise SystemExit(f"{method} {path} gave {answer.status}: {page[:500]}")
    return page, "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or ())


def _token(page: str) -> str:
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if match is None:
        raise SystemExit("the page has no form token")
    return match[1]


@dataclass
class Found:
    """What the clients saw together."""

    times: list[float]  #: seconds of each answer
    seconds: float


def run(
    what: object, clients: int, port: int, path: str, seconds: float, citizens: list[Citizen] | None = None
) -> Found:
    """So many clients at once, each in a process of its own."""
    context = multiprocessing.get_context("fork")
    with context.Pool(clients) as pool:
        shares = [(citizens or [])[n::clients] for n in range(clients)]
        started = time.perf_counter()
        jobs = [pool.apply_async(what, (port, path, seconds, share)) for share in shares]  # type: ignore[arg-type]
        times = [taken for job in jobs for taken in job.get(timeout=seconds + 120)]
        return Found(times, time.perf_counter() - started)


def reading(port: int, path: str, seconds: float, _citizens: list[Citizen]) -> list[float]:
    """Ask for one page again and again, as a browser that accepts compression."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        started = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} gave {answer.status}")
        times.append(time.perf_counter() - started)
    return times


def posting(port: int, path: str, seconds: float, citizens: list[Citizen]) -> list[float]:
    """Send comments, one account after another, until the time or what they may send is used up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    chance, times, end = random.Random(port), [], time.perf_counter() + seconds
    for _ in range(POSTS_EACH):
        for citizen in citizens:
            if time.perf_counter() > end:
                return times
            typed = {
                "csrf_token": citizen.token,
                "idempotency_key": secrets.token_hex(16),
                "stance": "amend",
                "body": sentence(chance) + secrets.token_hex(2),
                "consent_publish": "y",
            }
            started = time.perf_counter()
            connection.request(
                "POST",
                path,
                urlencode(typed),
                {**citizen.headers, "Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = connection.getresponse()
            page = answer.read()
            if answer.status != 303:
                raise SystemExit(f"posting gave {answer.status}: {re.sub('<[^>]+>', ' ', page.decode())[:2000]}")
            times.append(time.perf_counter() - started)
    return times


def report(name: str, clients: int, found: Found) -> None:
    """One line: requests a second, median and 95th percentile, and the peer's rate."""
    times = sorted(found.times)
    rate = len(times) / found.seconds
    p50, p95 = statistics.median(times), times[int(0.95 * (len(times) - 1))]
    peer = f"; peer {PEER[name]}/s, {rate / PEER[name]:.1f} times" if clients == 8 else ""
    print(f"{name}, {clients} clients: {rate:.0f}/s, p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms{peer}")


def first_visit(port: int, path: str) -> None:
    """What a browser fetches for its first look at the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    seen, total = [path], 0
    page = ""
    for address in seen:
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        total += len(body)
        content = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        if address == path:
            page = content.decode()
            for tag in re.findall(r"<(?:link|script|img)\b[^>]*>", page):
                found = re.search(r'(?:href|src)="([^"]+)"', tag)
                is_fetched = not tag.startswith("<link") or re.search(
                    r'rel="(stylesheet|icon|preload|modulepreload)"', tag
                )
                if found and is_fetched and not found[1].startswith("data:"):
                    seen.append(urljoin(path, found[1]))
        elif address.split("?")[0].endswith(".css"):
            seen += [
                urljoin(address, name)
                for name in re.findall(r"url\(['\"]?([^'\")]+)", content.decode())
                if not name.startswith(("data:", "#"))
            ]
    print(f"first visit: {len(seen)} requests, {total:,} bytes as sent (peer: {PEER_FIRST_VISIT})")


def memory(pid: int) -> str:
    """Proportional share of each process of the server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    shares = []
    for one in (str(pid), *children):
        rollup = Path(f"/proc/{one}/smaps_rollup")
        if rollup.exists() and (match := re.search(r"^Pss:\s+(\d+)", rollup.read_text(), re.MULTILINE)):
            shares.append(int(match[1]) // 1024)
    return " + ".join(map(str, shares)) + f" = {sum(shares)} MB"


def kept(url: str) -> int:
    """Comments in the database."""
    engine = make_engine(url)
    with new_session(engine, reads_only=True) as own:
        number = own.scalar(select(func.count()).select_from(Comment)) or 0
    engine.dispose()
    return number


if __name__ == "__main__":
    raise SystemExit(main())
