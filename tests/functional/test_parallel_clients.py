"""Five hundred people endorse one comment twice each, at once, on a real server with two processes (T14, P3)."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from consult.comments.models import Comment, Endorsement
from consult.config import Settings
from consult.db import new_session
from consult.web.sessions import PREFIX, WebSession
from tests.factories.consultation import Consultation, consultation

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, CLIENTS = 500, 12


@pytest.fixture
def made(engine: Engine) -> Consultation:
    with new_session(engine) as own:
        return consultation(own, datetime.now(UTC), articles=3, comments=3, citizens=PEOPLE + 1)


@pytest.fixture
def server(settings: Settings, tmp_path: Path, made: Consultation) -> Iterator[int]:
    """`consult serve` with two processes over the test's database; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "CONSULT_INSTANCE": str(tmp_path),
        "CONSULT_DATABASE_URL": settings.database_url,
        "CONSULT_SECRET_KEY": settings.secret_key,
        "CONSULT_TRUSTED_PROXIES": "127.0.0.1",
    }
    command = [sys.executable, "-m", "consult", "serve", "--no-worker", "--processes", "2", "--port", str(port)]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/drafts")
            connection.getresponse().read()
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail((tmp_path / "server.log").read_text(errors="replace")[-2000:])
    yield port
    process.terminate()
    process.wait(20)


def _signed_in(own: Session, settings: Settings, ids: list[int]) -> list[tuple[str, str]]:
    """Of each account the cookie and form token of a session, as signing in would have made them."""
    now, found, rows = datetime.now(UTC), [], []
    serializer = URLSafeTimedSerializer(settings.secret_key, salt="wtf-csrf-token")
    for number in ids:
        token, raw = secrets.token_urlsafe(32), hashlib.sha1(os.urandom(64)).hexdigest()
        data = {"_user_id": str(number), "_fresh": True, "csrf_token": raw}
        rows.append(
            {
                "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                "user_id": str(number),
                "data": json.dumps(data),
                "created_at": now,
                "seen_at": now,
            }
        )
        found.append((f"consult={PREFIX}{token}", serializer.dumps(raw)))
    own.execute(insert(WebSession), rows)
    own.commit()
    return found


def _endorse(port: int, path: str, number: int, cookie: str, token: str) -> list[int]:
    """Press twice, without waiting for the first answer on another connection."""

    def press(_: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}",
        }
        connection.request("POST", path, urlencode({"csrf_token": token}), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    with ThreadPoolExecutor(2) as pair:
        return list(pair.map(press, range(2)))


def test_five_hundred_people_pressing_twice_at_once_are_counted_five_hundred_times(
    server: int, settings: Settings, engine: Engine, made: Consultation
) -> None:
    with new_session(engine) as own:
        comment = own.scalars(select(Comment).order_by(Comment.id)).first()
        assert comment is not None
        others = [number for number in made.citizens if number != comment.author_id][:PEOPLE]
        browsers = _signed_in(own, settings, others)
        path = f"/drafts/{made.draft.slug}/comments/{comment.id}/endorse"
    with ThreadPoolExecutor(CLIENTS) as clients:
        jobs = [clients.submit(_endorse, server, path, n, *browser) for n, browser in enumerate(browsers)]
        answers = Counter(status for job in jobs for status in job.result())
    assert answers == {303: 2 * PEOPLE}
    with new_session(engine) as own:
        assert own.scalar(select(func.count()).select_from(Endorsement)) == PEOPLE
        assert own.scalar(select(Comment.endorsements).where(Comment.id == comment.id)) == PEOPLE
