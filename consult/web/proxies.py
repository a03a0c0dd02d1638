"""The visitor's address, believed from a proxy only when the proxy is ours (T20)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any


class TrustedProxies:
    """WSGI middleware: take ``X-Forwarded-For`` and ``-Proto`` only from the configured addresses."""

    def __init__(self, application: Any, trusted: Iterable[str]) -> None:
        self._application = application
        self._trusted = tuple(ip_network(t, strict=False) for t in trusted)

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self._trusted)
        except ValueError:
            return False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "")
        environ.pop("HTTP_X_FORWARDED_HOST", None)
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            # Right to left: the first address that is not one of our proxies is the visitor.
            for address in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
                try:
                    ip_address(address)
                except ValueError:
                    break
                environ["REMOTE_ADDR"] = address
                if not self._is_trusted(address):
                    break
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)
