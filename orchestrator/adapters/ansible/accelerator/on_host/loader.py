"""Runs first on a host: makes modules of what came, and hands over to the login agent or to an interpreter.

A Python that is too old reads this much, to say so: annotations are text.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = "orch_on_host"
COMMON = ("wire", "loop", "guard", "children")
LOGIN = (*COMMON, "terminal", "files", "starting", "login")
INTERPRETER = (*COMMON, "stamp", "modules", "interpreter")
OLD_PYTHON = 96
"""The exit code of a Python that this cannot run under."""


def load(program: "tuple[Any, bytes, dict[str, bytes], bytes]", whole: bytes) -> None:
    """Be what the arguments say; `program` is this text, the number of the bytecode, the bytecode, and all texts packed."""
    if sys.version_info < (3, 8):
        sys.stderr.write("orch: Python %d.%d is too old, 3.8 is needed\n" % sys.version_info[:2])
        sys.exit(OLD_PYTHON)
    as_login = len(sys.argv) > 1
    for name in LOGIN if as_login else INTERPRETER:
        make(name, program)
    if as_login:
        sys.modules[PACKAGE + ".login"].main(whole, sys.argv[1][1:])
    else:
        sys.modules[PACKAGE + ".interpreter"].main()


def make(name: str, program: "tuple[Any, bytes, dict[str, bytes], bytes]") -> None:
    """One module, below a package that has nothing else."""
    from _frozen_importlib_external import MAGIC_NUMBER

    kind = type(sys)
    package = sys.modules.setdefault(PACKAGE, kind(PACKAGE))
    module = sys.modules[PACKAGE + "." + name] = kind(PACKAGE + "." + name)
    setattr(package, name, module)
    import marshal

    if program[1] == MAGIC_NUMBER:
        code = marshal.loads(program[2][name])  # noqa: S302 - the controller's, of this very Python
    else:
        import zlib

        texts = marshal.loads(zlib.decompress(program[3]))  # noqa: S302 - the same
        code = compile(texts[name], "<orch " + name + ">", "exec", 0, True)
    exec(code, module.__dict__)  # noqa: S102 - the same
