"""Every feature's blueprints and job handlers, by name: the one list that a new feature is added to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from consult.accounts import desk_views as accounts_desk
from consult.accounts import views as accounts
from consult.jobs.worker import Handler
from consult.web import languages

BLUEPRINTS: tuple[Blueprint, ...] = (
    languages.bp,
    accounts.bp,
    accounts_desk.bp,
)

HANDLERS: Mapping[str, Handler] = {}
