#!/usr/bin/python3 -B
"""The orders: `make` them, `serve` the number of their schema, bring them `up` or `down`, or `show` schema and orders."""

# ruff: noqa: T201 - a program of its own, run on the hosts

import socketserver
import sqlite3
import sys
from pathlib import Path

DATABASE = Path("/srv/orders/orders.db")
UP = "ALTER TABLE orders ADD COLUMN paid INTEGER NOT NULL DEFAULT 0"
DOWN = "ALTER TABLE orders DROP COLUMN paid"


class Answer(socketserver.BaseRequestHandler):
    """Says the number of the schema, and how many orders there are."""

    def handle(self) -> None:
        """One question, one line."""
        self.request.sendall(f"schema {_version()}\n".encode())


def _version() -> int:
    with sqlite3.connect(DATABASE) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def _change(version: int, statement: str) -> None:
    """The change and the number together, or neither; nothing where the number is that already."""
    if _version() == version:
        return
    database = sqlite3.connect(DATABASE, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    database.execute(statement)
    database.execute(f"PRAGMA user_version = {version}")
    database.execute("COMMIT")
    print(f"changed to schema {version}")


def _make() -> None:
    with sqlite3.connect(DATABASE) as database:
        database.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, what TEXT)")
        database.executemany("INSERT INTO orders (what) VALUES (?)", [("plums",), ("pears",)])
        database.execute("PRAGMA user_version = 1")


def _show() -> None:
    if not DATABASE.exists():
        print("no database")
        return
    with sqlite3.connect(DATABASE) as database:
        print("schema", _version(), *(row[0] for row in database.execute("SELECT sql FROM sqlite_master")))
        print("orders", database.execute("SELECT number, what FROM orders").fetchall())


if __name__ == "__main__":
    match sys.argv[1]:
        case "make":
            _make()
        case "up":
            _change(2, UP)
        case "down":
            _change(1, DOWN)
        case "show":
            _show()
        case "serve":
            socketserver.ThreadingTCPServer.allow_reuse_address = True
            socketserver.ThreadingTCPServer(("", 8082), Answer).serve_forever()
