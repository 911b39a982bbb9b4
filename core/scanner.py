"""Asking a virus scanner about bytes: clamd's INSTREAM command over a unix or tcp socket."""

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from core.settings import settings

TIMEOUT = 60.0
CHUNK = 64 * 1024
LONGEST_REPLY = 4096


class Outcome(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Verdict:
    """What the scanner said; `detail` is the name of what was found, or why there is no answer."""

    outcome: Outcome
    detail: str = ""


def is_configured() -> bool:
    return bool(settings().clamav)


def scan(data: bytes) -> Verdict:
    """Ask the configured scanner. Whatever is not a plain yes or no is `unavailable`; nothing is raised."""
    address = settings().clamav
    if not address:
        return Verdict(Outcome.UNAVAILABLE, "no scanner is configured")
    try:
        with _connect(address) as connection:
            return _verdict(_ask(connection, data))
    except OSError as error:
        return Verdict(Outcome.UNAVAILABLE, f"{type(error).__name__}: {error}")


def is_awake() -> bool:
    """Tell whether the configured scanner answers at all."""
    try:
        with _connect(settings().clamav) as connection:
            connection.sendall(b"zPING\0")
            return _reply(connection) == "PONG"
    except OSError:
        return False


def _connect(address: str) -> socket.socket:
    kind, _, place = address.partition(":")
    if kind == "tcp":
        host, _, port = place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT)
    try:
        connection.connect(place)
    except OSError:
        connection.close()
        raise
    return connection


def _ask(connection: socket.socket, data: bytes) -> str:
    """Send the bytes in chunks, each after its length, the last of length 0; return the reply."""
    with suppress(BrokenPipeError):  # of a file beyond its limit it says so at once, and hangs up
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
    return _reply(connection)


def _reply(connection: socket.socket) -> str:
    """Return what stands before the closing null byte, "" if it never comes."""
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
        received = connection.recv(LONGEST_REPLY)
        if not received:
            return ""
        reply += received
    return reply.rstrip(b"\0").decode("utf-8", "replace")


def _verdict(reply: str) -> Verdict:
    """Read `stream: OK` or `stream: NAME FOUND`; anything else (a size limit, half a reply) is no answer."""
    answer = reply.removeprefix("stream: ")
    if answer == "OK":
        return Verdict(Outcome.CLEAN)
    if answer.endswith(" FOUND"):
        return Verdict(Outcome.INFECTED, answer.removesuffix(" FOUND"))
    return Verdict(Outcome.UNAVAILABLE, answer or "the scanner closed the connection")
