"""A platform's server on loopback: it takes what the service sends, and hands out documents."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any


@dataclass
class Receiver:
    """What came, by path, in order; and what may be fetched."""

    url: str
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _came: defaultdict[str, Queue[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(Queue)
    )

    def receives(self, path: str) -> dict[str, Any]:
        """The next request that came to a path; `queue.Empty` if none does in time."""
        return self._came[path].get(timeout=15)

    def offers(self, path: str, content_type: str, text: str) -> dict[str, Any]:
        """Lays a document down."""
        self.documents[path] = content_type, text.encode()
        return {"url": self.url + path}

    def take(self, path: str, headers: dict[str, str], body: str) -> None:
        """Notes a request."""
        self._came[path].put({"headers": headers, "body": body})


@contextmanager
def receiving(port: int) -> Iterator[Receiver]:
    """A running receiver."""
    receiver = Receiver(f"http://127.0.0.1:{port}")
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(receiver))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.take(self.path, headers, body)
            self.send_response(204)
            self.end_headers()

        def do_GET(self) -> None:
            content_type, body = receiver.documents[self.path]
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests look at what came."""

    return Handler
