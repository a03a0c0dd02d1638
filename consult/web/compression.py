"""Compression of what is the same for everybody: the stylesheet, the script, and public pages without a secret.

A page with a secret in it is never compressed: whoever can add words to an address and see the length of the answer
could guess the secret letter by letter (BREACH, CVE-2013-3587), and the CSRF token here is the same during a whole
session. So pages with a token, of somebody signed in, and of one person (receipts) go out as they are. A proxy before
the site must keep to the same rule; see docs/operations.md.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

#: Shorter answers gain less than the header costs.
LEAST_BYTES = 1000
LEVEL = 6
PUBLIC = ("public, ", "private, no-cache")
TEXTS = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


def compress(response: Response) -> Response:
    """After every request, once the headers say whom the answer is for."""
    if request.method != "GET" or response.status_code != 200 or "Content-Encoding" in response.headers:
        return response
    is_file = request.endpoint == "static" and response.mimetype in TEXTS
    if not is_file and response.mimetype != "text/html":
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or not response.headers.get("Cache-Control", "").startswith(PUBLIC):
        return response
    if response.is_streamed and not is_file:
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < LEAST_BYTES or (not is_file and b"csrf_token" in plain):
        return response
    response.set_data(_kept(plain) if is_file else gzip.compress(plain, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same content in other bytes
    return response


@lru_cache(maxsize=8)
def _kept(plain: bytes) -> bytes:
    """A file of the application, compressed well and once a process."""
    return gzip.compress(plain, 9, mtime=0)
