"""Structured logs, one JSON object a line, without personal data.

A line names the route's pattern and never the address that was asked for, because addresses hold receipt
codes and search words. Exceptions are logged with their place and kind, not with their values.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from typing import Any

from flask import Flask, Response, g, request

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record as JSON: time, level, logger, event, and whatever ``extra`` carried."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _STANDARD})
        if record.exc_info and record.exc_info[1] is not None:
            # The message of an exception may quote what somebody typed; its kind and place may not.
            line["error"] = type(record.exc_info[1]).__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def init(app: Flask) -> None:
    """Log every request once, when it is answered."""
    log = logging.getLogger("consult.request")

    def begin() -> None:
        g.request_id = secrets.token_hex(6)
        g.began = time.monotonic()

    def end(response: Response) -> Response:
        if request.endpoint != "static":
            began: float = g.get("began", time.monotonic())
            log.info(
                "answered",
                extra={
                    "request": g.get("request_id", ""),
                    "method": request.method,
                    "rule": request.url_rule.rule if request.url_rule else "",
                    "status": response.status_code,
                    "ms": round((time.monotonic() - began) * 1000, 1),
                },
            )
        return response

    app.before_request(begin)
    app.after_request(end)
