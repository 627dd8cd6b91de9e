"""An appliance for trials: state by HTTP at 127.0.0.1. `appliance.py PORT SERIAL [--forget PART]`."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SERIAL = int(sys.argv[1]), sys.argv[2]
FORGOTTEN = sys.argv[4] if sys.argv[3:4] == ["--forget"] else ""
MOST = 65536
STATE = {
    "version": "1.0",
    "config": {"mtu": 1500, "motd": "welcome", "ntp": ["10.0.0.1"]},
    "users": ["admin"],
}


class Api(BaseHTTPRequestHandler):
    """GET /identity, GET /state, and PUT /version or /config with JSON."""

    def do_GET(self) -> None:
        known = {"/identity": {"serial": SERIAL}, "/state": STATE}
        self.answer(200 if self.path in known else 404, known.get(self.path))

    def do_PUT(self) -> None:
        part = self.path.strip("/")
        content = self.rfile.read(min(MOST, int(self.headers.get("Content-Length", 0))))
        if part not in STATE:
            self.answer(404, None)
            return
        if part != FORGOTTEN:
            STATE[part] = json.loads(content)
        self.answer(200, {})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", PORT), Api).serve_forever()
