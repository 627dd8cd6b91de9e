# ruff: noqa: RUF001 (the letters are the table)
"""Letters in the shape of others: a part of Unicode's confusables.txt (UTS #39), for scripts that have whole words of them.

The table has letters that names are made of, and nothing else: of Cyrillic, Greek, Armenian, Georgian, Cherokee, Coptic and
Lisu those in the shape of Latin ones, Latin ones in the shape of others, and katakana in the shape of ideographs.
"""

import unicodedata
from functools import lru_cache

_CAPITALS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮѴԌԚԜӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜͿϺՍՏՕᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏃᏒᏔᏕᏙᏚᏞᏟᏢᏦᏳᏴⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬⳐꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ0",
    "ABESIJKMHOPCTYXYVGQWIABEZHIKMNOPTYXCFJMUSODRTIYAJEWMHYGZRWSVSLCPKGBHIKMNOPCTYXLBPDTGKJCZFMNLSRVHWXYAEIOUO",
)
_SMALL = str.maketrans(
    "аеорсухѕіјһԁԛԝѡѵүґгӏҽкαγικνορσυχɑɡɩɪıʋʏᴄᴏᴜᴠᴡᴢꜱգզհոռսցքօყჿᴦⲅⲟⲣⲥꭵꮁꮃꮓꮩꮪꮯ01",
    "aeopcyxsijhdqwwvyrriekayiknopouxagiiiuycouvwzsqqhnnugfoyorropcirwzvscol",
)
_AS_IS = _CAPITALS | _SMALL | str.maketrans("IІΙӀᎥⲒꓲ|0", "lllllll" + "lO")
_IDEOGRAPHS = str.maketrans("ロカタニハエトヘー", "口力夕二八工卜へ一")
_PAIRS = (("rn", "m"), ("vv", "w"))


@lru_cache(maxsize=4096)
def imitated(name: str) -> frozenset[str]:
    """The shapes of a name: as written, in small letters, and in capitals. Names that share one look alike."""
    return frozenset(
        {
            "as written: " + _shape(name, _AS_IS),
            "small: " + _shape(name.casefold(), _SMALL),
            "capitals: " + _shape(name.upper(), _CAPITALS),
        }
    )


def _shape(text: str, letters: dict[int, int]) -> str:
    shape = unicodedata.normalize("NFKD", text).translate(letters).translate(_IDEOGRAPHS)
    for pair, letter in _PAIRS:
        shape = shape.replace(pair, letter)
    return " ".join(shape.strip(" ._-").split())
