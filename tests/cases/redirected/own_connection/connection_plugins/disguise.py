"""The connection of this machine, under a name of its own."""

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: disguise
short_description: here
description: Runs on the controller.
author: a test
options: {}
"""


class Connection(Local):  # type: ignore[misc]
    transport = "disguise"
