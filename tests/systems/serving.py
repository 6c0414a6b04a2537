"""The HTTP server of the small systems that each run as a script: JSON in answer to GET and POST."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers any GET with 200; what a POST does is the system's."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        self.post()

    def post(self) -> None:
        """Carry the request out and answer it."""
        raise NotImplementedError

    def answer(self, status: int, said: dict[str, Any] | None = None) -> None:
        body = json.dumps(said or {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def serve(handler: type[Handler]) -> None:
    """Serve on the port that the command line names, until killed."""
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
