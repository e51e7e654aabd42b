"""A mail server of the tests' own, on this machine, that can refuse, stall and drop."""

import contextlib
import email
import email.policy
import socketserver
import threading

REFUSED = "550 5.1.1 No such person here"


class Server(socketserver.ThreadingTCPServer):
    """Takes letters. `received` are (address, message) …; the others say how it behaves.

    `refuses` are addresses that it does not know; `stalls_at` and `drops_at`
    name a command at which it says nothing, or hangs up ("connect" is the
    greeting, "." the end of a letter); `answers` are odd answers by command.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = True

    def __init__(self):
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Session)
        self.received = []
        self.connections = 0
        self.refuses = set()
        self.stalls_at = self.drops_at = ""
        self.answers = {}
        self.stalled, self.let_go = threading.Event(), threading.Event()

    @property
    def mailers(self):
        """The setting that leads here."""
        host, port = self.server_address
        options = {"host": host, "port": port, "timeout": 0.5}
        return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}

    @property
    def addresses(self):
        """Whose letters came, in order."""
        return [address for address, _ in self.received]


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        """Answer line by line until the other side, or the server's manner, ends it."""
        self.server.connections += 1
        with contextlib.suppress(Hangup, ConnectionError):
            self.say("connect", "220 mail.example")
            while line := self.rfile.readline():
                command, _, rest = line.decode().strip().partition(" ")
                self.obey(command.upper(), rest)

    def obey(self, command, rest):
        """Do what a command asks."""
        if command == "RCPT":
            self.address = rest.partition("<")[2].partition(">")[0]
            self.say(command, REFUSED if self.address in self.server.refuses else "250 OK")
        elif command == "DATA":
            self.say(command, "354 Go on")
            text = b"".join(iter(self.rfile.readline, b".\r\n"))
            text = text.replace(b"\r\n..", b"\r\n.").replace(b"\r\n", b"\n")
            message = email.message_from_bytes(text, policy=email.policy.default)
            if self.server.drops_at != ".":
                self.server.received.append((self.address, message))
            self.say(".", "250 Taken")
        elif command == "QUIT":
            self.say(command, "221 Bye")
            raise Hangup
        else:
            self.say(command, "250 OK")

    def say(self, command, answer):
        """Answer, or behave badly."""
        if command == self.server.drops_at:
            raise Hangup
        if command == self.server.stalls_at:
            self.server.stalled.set()
            self.server.let_go.wait(20)
        answer = self.server.answers.get(command, answer)
        self.wfile.write(f"{answer}\r\n".encode())


class Hangup(Exception):
    """The server ends the connection."""


@contextlib.contextmanager
def serving():
    """Yield a mail server that runs."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.let_go.set()
            server.shutdown()
            thread.join()
