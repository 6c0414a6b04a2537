"""The HTTP server of the small systems that each run as a script: JSON in answer to GET and POST."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers any GET with 200; what a POST does is the system's."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """An answer is sent at once: in two pieces, the second would wait until the first has come."""

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        self.post()

    def post(self) -> None:
        """Carry the request out and answer it: where a system says nothing else, it takes none."""
        self.answer(405)

    def answer(self, status: int, said: Any = None, **headers: str) -> None:
        """A text is answered as a page."""
        is_page = isinstance(said, str)
        body = (said if is_page else json.dumps(said or {})).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if is_page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


def serve(handler: type[Handler]) -> None:
    """Serve on the port that the command line names, until killed."""
    Server(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
