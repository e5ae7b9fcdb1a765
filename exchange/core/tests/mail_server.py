"""A small mail server of our own, real sockets and all, whose faults a test can choose."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailServer:
    """Keeps what it was given. `refused` holds addresses it never takes; `busy` those it cannot
    take now; `spam` those whose letters it refuses once it has read them; after `dies_after`
    letters it stops answering."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refused: set[str] = set()
        self.busy: set[str] = set()
        self.spam: set[str] = set()
        self.dies_after = 1_000_000
        self.port = 0

    @property
    def readers(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    """Runs while the block does, on a free port or the one named."""
    kept = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                if len(kept.letters) >= kept.dies_after:
                    return
                word = line.split()[0].upper() if line.split() else b""
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(self.answer(word, line))

        def answer(self, word: bytes, line: bytes) -> bytes:
            if word == b"RCPT":
                address = line.decode().partition("<")[2].partition(">")[0]
                if address in kept.refused:
                    return b"550 no such person\r\n"
                return b"450 later\r\n" if address in kept.busy else b"250 ok\r\n"
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                letter = message_from_bytes(b"".join(lines))
                if str(letter["To"]) in kept.spam:
                    return b"554 not this\r\n"
                kept.letters.append(letter)
            return b"250 ok\r\n"

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", port), Talk) as server:
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield kept
        server.shutdown()
