"""The present request, as services want to hear of it: when, and from where."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request


def now() -> datetime:
    """The application's present moment (UTC). Views hand it to services."""
    moment: datetime = current_app.extensions["consult.clock"].now()
    return moment


def client_address() -> str:
    """The visitor's address, after `consult.web.proxies`."""
    return request.remote_addr or ""
