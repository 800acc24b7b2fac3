"""Pages go out compressed: an installation of two commands has no proxy before it that would do it."""

import gzip
from typing import Final

from flask import Flask, Response, request

# Smaller ones fit into a packet or two as they are.
_SMALLEST: Final = 2048
# A tenth larger than with the best level, at a fifth of its time.
_LEVEL: Final = 4


def init_app(app: Flask) -> None:
    """Compress pages for those who take it.

    What is secret in a page is its form token, and what is reflected is the reader's own query. Guessing the one by the
    length of the other takes thousands of requests with his cookie, which SameSite keeps from other sites.
    """
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    page = response.get_data()
    accepts = request.accept_encodings["gzip"] > 0 and request.method != "HEAD"
    if accepts and len(page) >= _SMALLEST and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(page, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
