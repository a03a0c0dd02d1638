"""The present request, as services want to hear of it: when, and from where."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv6Address, ip_address

from flask import current_app, request


def now() -> datetime:
    """The application's present moment (UTC). Views hand it to services."""
    moment: datetime = current_app.extensions["consult.clock"].now()
    return moment


def client_address() -> str:
    """The visitor's address, after `consult.web.proxies`."""
    return request.remote_addr or ""


def allowance_of(address: str) -> str:
    """Whom a limit by address counts together: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    mapped = known.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(known) >> 64 << 64))
