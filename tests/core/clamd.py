"""Scanners for tests: the real clamd where it is installed, with a signature of EICAR, and one that speaks its protocol."""

import shutil
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In two parts, so that a scanner of this checkout finds nothing.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"
LIMIT = 1024 * 1024
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def real_clamd() -> Iterator[dict[str, str]]:
    """Run clamd; yields its addresses by kind."""
    with tempfile.TemporaryDirectory(prefix="clamd") as name:  # a socket's path must be short
        folder = Path(name)
        (folder / "test.hdb").write_text(SIGNATURE)
        addresses = {"unix": f"unix:{folder / 'clamd.ctl'}", "tcp": f"tcp:127.0.0.1:{free_port()}"}
        (folder / "clamd.conf").write_text(
            f"LocalSocket {folder / 'clamd.ctl'}\nTCPSocket {addresses['tcp'].split(':')[-1]}\nTCPAddr 127.0.0.1\n"
            f"DatabaseDirectory {folder}\nForeground yes\nStreamMaxLength {LIMIT}\n"
        )
        command = [CLAMD or "clamd", "--config-file", str(folder / "clamd.conf")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(folder / "clamd.ctl", process)
            yield addresses
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert process.poll() is None, "clamd ended at its start"
        assert time.monotonic() < deadline, "clamd does not listen"
        time.sleep(0.05)


class _Connection(socketserver.StreamRequestHandler):
    """clamd's commands PING and INSTREAM, as its manual says."""

    def handle(self) -> None:
        command = self._until_null()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._verdict() + b"\0")

    def _until_null(self) -> bytes:
        found = b""
        while (byte := self.rfile.read(1)) not in {b"", b"\0"}:
            found += byte
        return found

    def _verdict(self) -> bytes:
        data = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
        if len(data) > LIMIT:
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


@contextmanager
def stand_in() -> Iterator[dict[str, str]]:
    """Run a small server that speaks clamd's protocol and knows EICAR anywhere in the data."""
    with tempfile.TemporaryDirectory(prefix="clamd") as folder:
        path = f"{folder}/clamd.ctl"
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Connection)
        unix = socketserver.ThreadingUnixStreamServer(path, _Connection)
        with tcp, unix:
            for server in (tcp, unix):
                threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            yield {"unix": f"unix:{path}", "tcp": f"tcp:127.0.0.1:{tcp.server_address[1]}"}
            tcp.shutdown()
            unix.shutdown()


@contextmanager
def answering(reply: bytes) -> Iterator[str]:
    """Run a server that gives one reply whatever it is sent; yields its address."""

    class Fixed(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Fixed) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"tcp:127.0.0.1:{server.server_address[1]}"
        server.shutdown()
