"""What the process of each task would work out anew is there before it is forked."""

from __future__ import annotations

import json

from tests.adapters.ansible.local_runs import told_by

ASKED = """
import json, sys
from pathlib import Path
from orchestrator.adapters.ansible.warm import preload
preload.warm_up()
from ansible.module_utils.common.json import get_module_decoder
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible._internal._templating._jinja_bits import AnsibleEnvironment
lexers, modules = set(AnsibleEnvironment._lexer_cache.keys()), set(sys.modules)
answer = json.loads('{"changed": true}', cls=get_module_decoder("legacy", False))
read = sorted(set(sys.modules) - modules)
said = Templar(loader=DataLoader(), variables={"name": "web1"}).template(trust_as_template("{{ name }}"))
print(json.dumps([answer, read, said, len(lexers), lexers == set(AnsibleEnvironment._lexer_cache.keys())]))
"""


def test_reading_an_answer_and_a_template_needs_nothing_more() -> None:
    assert json.loads(told_by(ASKED)) == [{"changed": True}, [], "web1", 1, True]
