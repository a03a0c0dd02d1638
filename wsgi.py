"""WSGI entry point for any server: ``waitress-serve wsgi:app`` or ``granian --interface wsgi wsgi:app``."""

from __future__ import annotations

from consult.app import create_app

app = create_app()
