#!/usr/bin/python3 -B
"""The application of the orders: says whether it can work with the schema that the database has."""

# ruff: noqa: PTH123, SIM115, T201 - a program of its own
import socket
import sys

ADDRESS = open("/etc/orders/database").read().strip()
served = socket.create_connection((ADDRESS, 8082), timeout=5).makefile().readline().strip()
print(f"orders 2 with {served}")
sys.exit(0 if served == "schema 2" else 1)
