"""The shop: its price list as a web page, its version, its health. Python 3.11 and nothing else."""

# ruff: noqa: T201, TID251 - a program that prints and keeps time

import html
import json
import sys
import time
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# Resolved once: a link that is switched later does not change what a running shop serves.
RELEASE = Path(__file__).resolve().parent
VERSION = (RELEASE / "VERSION").read_text().strip()


def read_json(name: str, default: Any = None) -> Any:
    """A file of this release; the default where the release has no such file."""
    path = RELEASE / name
    return json.loads(path.read_text()) if path.exists() else default


def on_sale(articles: list[dict[str, str]], host: str) -> list[dict[str, str]]:
    """The articles that this host sells: one shelf where the release gives it one, else all."""
    shelf = read_json("shelves.json", {}).get(host)
    return [article for article in articles if shelf in (None, article["shelf"])]


def complaints(articles: list[dict[str, str]]) -> list[str]:
    """What is wrong with the price list."""
    return [f"{article['name']} has no price" for article in articles if not article.get("price")]


def page(articles: list[dict[str, str]], banner: str) -> str:
    """The price list."""
    rows = "".join(
        f"<tr><td>{html.escape(article['name'])}<td>{html.escape(article.get('price', '?'))}\n"
        for article in articles
    )
    return f"<!doctype html><title>shop {VERSION}</title><h1>{html.escape(banner)}</h1>\n<table>\n{rows}</table>\n"


class Shop(ThreadingHTTPServer):
    """Serves one release; reads its prices again from time to time where the release asks for that."""

    daemon_threads = True

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(("", config["port"]), Answer)
        self.config = config
        self.articles = on_sale(read_json("prices.json"), config["host"])
        self.refresh = read_json("refresh.json", {})
        self.refresh_at = time.monotonic() + self.refresh.get("after_seconds", 0)

    def service_actions(self) -> None:
        """Called twice a second."""
        if self.refresh and time.monotonic() > self.refresh_at:
            self.articles = on_sale(
                json.loads((RELEASE / self.refresh["from"]).read_text()), self.config["host"]
            )
            self.refresh_at = time.monotonic() + self.refresh["after_seconds"]


class Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Shop

    def do_GET(self) -> None:
        """The price list, the version, the health."""
        if self.path == "/":
            self.say(200, "text/html", page(self.server.articles, self.server.config["banner"]))
        elif self.path == "/version":
            self.say(200, "text/plain", f"{VERSION}\n")
        elif self.path == "/health":
            wrong = complaints(self.server.articles)
            self.say(500 if wrong else 200, "text/plain", "; ".join(wrong or ["ok"]) + "\n")
        else:
            self.say(404, "text/plain", "there is no such page\n")

    def say(self, status: int, kind: str, text: str) -> None:
        """One answer."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Health checks would fill the journal."""


def self_test(config: dict[str, Any]) -> int:
    """0 when this host has something to sell."""
    articles = on_sale(read_json("prices.json"), config["host"])
    if not articles:
        print(f"{config['host']} has nothing to sell: no article stands on its shelf", file=sys.stderr)
        return 1
    print(f"{config['host']} has {len(articles)} articles to sell")
    return 0


def main(command: str, config_file: str) -> int:
    """`shop.py serve CONFIG` or `shop.py self-test CONFIG`."""
    config = tomllib.loads(Path(config_file).read_text())
    if command == "self-test":
        return self_test(config)
    Shop(config).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
