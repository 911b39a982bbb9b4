"""Addresses of static files that change with their content, so that they may be cached for a year."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from flask import current_app, request, url_for


@lru_cache(maxsize=256)
def _address(path: str, file: str, _changed: int, _root: str) -> str:
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=path, v=digest)


def asset(path: str) -> str:
    """Return the address of `static/<path>` with a digest of its content. Raises FileNotFoundError when it is not there."""
    file = f"{current_app.static_folder}/{path}"
    return _address(path, file, os.stat(file).st_mtime_ns, request.script_root)  # noqa: PTH116 - ten times a page
