"""Source text that carries its own bytecode, for an interpreter elsewhere that would compile it.

A module on its way to a host stays what it is everywhere, Python source. Run by a Python of the same bytecode as this one it
only loads; any other, older or newer, compiles the text that goes along.
"""

import binascii
import importlib.util
import marshal
import sys
import zlib
from collections.abc import Mapping
from types import CodeType

# Only expressions, so that the module's namespace is its own; and such as every Python since 2.7 understands. linecache takes a
# function for the lines of a file, and calls it when somebody wants to see them. `kept`: an expression over the code `c`.
_TEXT = """\
exec((lambda i,o:(lambda c:{kept} or c)(\
i("linecache").cache.update(dict.fromkeys(({file!r},{elsewhere!r}),(lambda:o({text!r}).decode("utf-8"),)))or \
(i("marshal").loads(o({code!r}))\
if i("sys").flags.optimize=={optimize!r} and \
getattr(i("sys").modules.get("_frozen_importlib_external"),"MAGIC_NUMBER",0)=={magic!r} \
else compile(o({text!r}),{elsewhere!r},"exec",0,1))))\
(__import__,lambda t:__import__("zlib").decompress(__import__("binascii").a2b_base64(t))),globals())
"""


def carrying(text: bytes, code: CodeType, elsewhere: str, kept: str = "0") -> bytes:
    """Source that does what `text` does, with its code in it; `text` is UTF-8.

    `elsewhere` is the file's name where the text has to be compiled. `kept` is an expression over the code `c`, for a caller
    that would run the same source again. The text stays at hand for tracebacks and `inspect`.
    """
    fields: Mapping[str, object] = {
        "text": _packed(text),
        "code": _packed(marshal.dumps(code)),
        "file": code.co_filename,
        "magic": importlib.util.MAGIC_NUMBER,
        "optimize": sys.flags.optimize,
        "elsewhere": elsewhere,
    }
    return _TEXT.format(kept=kept, **fields).encode()


def _packed(content: bytes) -> str:
    return binascii.b2a_base64(zlib.compress(content), newline=False).decode()
