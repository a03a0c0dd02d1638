"""Consult 问计: the web application."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("consult")
