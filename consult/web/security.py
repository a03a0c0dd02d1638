"""Response headers, in one place: a content security policy with a nonce, and no shared caches."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request
from flask_login import current_user

from consult.web import compression


def csp_nonce() -> str:
    """The nonce of this response, for the few inline scripts a page may carry."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def policy(nonce: str) -> str:
    """The content security policy: nothing from outside, nothing inline without the nonce (R58, T8)."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )


def add_headers(response: Response) -> Response:
    """After every request."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy(csp_nonce()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        if "v" in request.args:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif _is_personal():
        # Kiosks are shared: the next one to use the browser must not find the page by going back.
        headers["Cache-Control"] = "private, no-store"
        headers["X-Robots-Tag"] = "noindex"
    elif _is_signed_in() or request.method != "GET" or response.status_code >= 400:
        headers["Cache-Control"] = "private, no-store"  # T6
    else:
        # A page of the public may be kept by the visitor's own browser, and is asked for again each time.
        headers.setdefault("Cache-Control", "private, no-cache")
        response.vary.add("Cookie")
    return response


def _is_personal() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__consult_personal__", False)


def _is_signed_in() -> bool:
    try:
        return bool(current_user.is_authenticated)
    except Exception:
        return True


def init(app: Flask) -> None:
    """Attach the headers, the compression that goes by them, and the nonce to an application."""
    app.after_request(compression.compress)  # runs after the one below: the last attached is the first to run
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
