"""Templates of messages, written by Jinja2.

They run in Jinja2's sandbox, see the facts alone, and cannot read other files. What they write is text: nothing in it is
markup for whoever shows it, and characters that mislead a reader are replaced.
"""

from pathlib import Path

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orchestrator.adapters.report.legible import legible
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.messaging_ports import MessageFacts, MessageText
from orchestrator.errors import Fault, PlanFault

SUBJECT = 200
BODY = 20_000
LARGEST = 64 * 1024
"""Bytes of a template."""


def text_of(file: Path, facts: MessageFacts) -> MessageText:
    """The text by the template in this file. Raises PlanFault."""
    try:
        content = file.read_bytes()
        if len(content) > LARGEST:
            raise PlanFault([_fault(file, f"at most {LARGEST} bytes", str(len(content)))])
        environment = _environment(content.decode("utf-8"))
        lines = "".join(environment.get_template("message").generate(facts)).lstrip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanFault([_fault(file, "a text file that can be read", type(error).__name__)]) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise PlanFault(
            [_fault(file, "a template that can be written", plain(str(error), 200), line)]
        ) from None
    except Exception as error:  # noqa: BLE001 - a template can divide by zero, and whatever else
        raise PlanFault([_fault(file, "a template that can be written", type(error).__name__)]) from None
    if not lines:
        raise PlanFault([_fault(file, "a template that writes something", "nothing")])
    return MessageText(plain(lines[0], SUBJECT), _body("\n".join(lines[1:])))


def _environment(template: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader({"message": template}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.intercepted_binops = frozenset({"*", "**"})
    environment.binop_table = {**environment.binop_table, "*": _refused, "**": _refused}
    return environment


def _refused(left: object, right: object) -> object:
    raise TemplateError("a message multiplies nothing: a long text would fill the memory")


def _body(text: str) -> str:
    whole = legible(text).strip()
    return whole if len(whole) <= BODY else f"{whole[: BODY - 1]}…"


def _fault(file: Path, expected: str, finding: str, line: int | None = None) -> Fault:
    return Fault(str(file), line, "", expected, finding, "correct the template, or remove the file")
