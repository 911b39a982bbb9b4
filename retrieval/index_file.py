"""The file of a vector index: one JSON line that says what it is, then the bytes of FAISS, guarded by a checksum."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Payload = NDArray[np.uint8]


@dataclass(frozen=True)
class State:
    """The model of the vectors and the last change (sequence, stamp) they hold."""

    model: str
    dimensions: int
    sequence: int
    stamp: int


def write(path: Path, state: State, payload: Payload) -> None:
    """Put the file in place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = json.dumps(asdict(state) | {"sha256": sha256(payload.data).hexdigest()}).encode()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(header + b"\n")
            file.write(payload.data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path, model: str, dimensions: int) -> tuple[State, Payload] | None:
    """Return what `write` wrote for this model, or None if the file is missing, damaged or another model's."""
    try:
        header, _, payload = path.read_bytes().partition(b"\n")
        told = json.loads(header)
        checksum = told.pop("sha256")
        state = State(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if (state.model, state.dimensions) != (model, dimensions) or sha256(payload).hexdigest() != checksum:
        return None
    return state, np.frombuffer(payload, np.uint8)
