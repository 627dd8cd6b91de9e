"""The accelerator in a process of its own, as in that of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import ast, json, os, signal, sys, threading, time
from orchestrator.adapters.ansible.accelerator import deadlines, start
from orchestrator.adapters.ansible.accelerator.gate import GATE
import ansible.executor.task_executor as executor
import ansible.plugins.strategy as strategy
from ansible._internal._errors._alarm_timeout import AnsibleTimeoutError
from ansible.plugins.loader import action_loader, filter_loader, init_plugin_loader
from ansible.vars.manager import VariableManager

init_plugin_loader()
answers = {"reason": start.put_in()}
wrong = []


def in_threads(deed, count=8):
    def kept():
        try:
            deed()
        except BaseException as error:
            wrong.append(repr(error))
    threads = [threading.Thread(target=kept) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def parse():
    text = "(" * 40 + "{'a': [1, 2, {'b': (3, 4)}]}" + ")" * 40
    with GATE.inside():
        for _ in range(150):
            assert ast.literal_eval(text) == {"a": [1, 2, {"b": (3, 4)}]}
            assert action_loader.get("copy", class_only=True).__name__ == "ActionModule"


threads = in_threads(parse)
codes = []
for _ in range(10):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        ast.parse("1")
        action_loader.get("fetch", class_only=True)
        with GATE.inside():
            os._exit(7)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
for thread in threads:
    thread.join()
answers |= {"wrong": wrong, "forks": codes}

limits = []


def late():
    begun = time.monotonic()
    try:
        with AnsibleTimeoutError.alarm_timeout(1):
            executor.time.sleep(60)
    except AnsibleTimeoutError as error:
        limits.append([str(error), time.monotonic() - begun < 30, deadlines.deadline()])
    with AnsibleTimeoutError.alarm_timeout(None):
        limits.append(deadlines.deadline())
    with AnsibleTimeoutError.alarm_timeout(100):
        executor.time.sleep(0)
        limits.append(deadlines.deadline() is not None)
    try:
        with AnsibleTimeoutError.alarm_timeout(-1):
            pass
    except ValueError as error:
        limits.append(str(error)[:19])


in_threads(late, 1)[0].join()
try:
    with AnsibleTimeoutError.alarm_timeout(1):
        executor.time.sleep(60)
except AnsibleTimeoutError as error:
    limits.append(str(error))
answers["limits"] = limits

manager = VariableManager()
manager.set_host_facts("web1", {"a": 1})
before = manager._fact_cache.get("web1")
manager.set_host_facts("web1", {"b": 2})
answers["facts"] = [before, manager._fact_cache.get("web1")]

import ansible.vars.manager as of_manager
manager.set_host_facts("web2", {"ansible_system": "Linux", "own": [1]})
named = []
for more in ({}, {"ansible_kernel": "6"}, {"own": [2]}):
    manager.set_host_facts("web2", more)
    for _ in range(2):
        facts = of_manager.namespace_facts(manager._fact_cache.get("web2"))
        named.append(json.dumps(facts, sort_keys=True))
        facts["ansible_facts"].clear()
answers["named"] = named

from ansible.plugins.connection import ssh


class Asked(ssh.Connection):
    def __init__(self, *given):
        self._tty_parser = parser
        self.options = dict(zip(("ssh_args", "ssh_common_args", "ssh_extra_args"), given))

    def get_option(self, name, hostvars=None):
        return self.options[name]


parser = ssh.argparse.ArgumentParser()
parser.add_argument("-t", action="count")
parser.add_argument("-o", action="append")
given = [("-C", None, None), ("-C", "-t", ""), ("", None, "-o RequestTTY=force"), ("-C", "-o RequestTTY=no", "-q")]
stock = ssh.Connection._is_tty_requested.__wrapped__
answers["terminals"] = [[bool(stock(Asked(*one))), *(Asked(*one).has_tty for _ in range(2))] for one in given]

base = object.__new__(strategy.StrategyBase)
waited = threading.Thread(target=lambda: strategy.time.sleep(0.005))
waited.start()
from orchestrator.adapters.ansible.accelerator.waking import Results
Results().append("result")
waited.join(10)
answers["woken"] = not waited.is_alive()
answers["worker"] = strategy.WorkerProcess.__qualname__
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers() -> Any:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_put_in(answers: Any) -> None:
    assert (answers["reason"], answers["worker"]) == (None, "Lanes.worker")


def test_threads_parse_and_load_while_others_are_forked(answers: Any) -> None:
    assert answers["wrong"] == []
    assert answers["forks"] == [7] * 10


def test_a_limit_holds_in_a_thread_and_in_a_process(answers: Any) -> None:
    words = "Timed out after 1 second(s)."
    assert answers["limits"] == [[words, True, None], None, True, "Timeout -1 is inval", words]


def test_facts_that_somebody_reads_stay_as_they_are(answers: Any) -> None:
    assert answers["facts"] == [{"a": 1}, {"a": 1, "b": 2}]


def test_whoever_waits_for_results_is_woken(answers: Any) -> None:
    assert answers["woken"]


def test_facts_are_named_anew_where_they_are_new(answers: Any) -> None:
    facts = [{"own": [1], "system": "Linux"}, {"kernel": "6", "own": [1], "system": "Linux"}]
    facts.append({"kernel": "6", "own": [2], "system": "Linux"})
    expected = [json.dumps({"ansible_facts": each}, sort_keys=True) for each in facts for _ in range(2)]
    assert answers["named"] == expected


def test_a_terminal_is_asked_for_as_ansible_reads_it(answers: Any) -> None:
    assert answers["terminals"] == [[False] * 3, [True] * 3, [True] * 3, [False] * 3]
