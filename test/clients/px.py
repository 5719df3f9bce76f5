"""Reads PX files after the specification of axis version 2013.

    python3 px.py FILE ...

Writes one line of JSON for every file and each of its languages: the table's
id and title, and every number with its codes, or with the symbol in its place
and the note to its cell. What the specification does not allow ends the
program.
"""

import itertools
import json
import re
import sys

MANDATORY = ("CHARSET", "DECIMALS", "MATRIX", "SUBJECT-CODE", "SUBJECT-AREA", "TITLE", "CONTENTS", "VALUES", "UNITS", "DATA")

# The recommended order of those keywords that are used here.
ORDER = (
    "CHARSET AXIS-VERSION CODEPAGE LANGUAGE LANGUAGES CREATION-DATE TABLEID DECIMALS SHOWDECIMALS MATRIX AGGREGALLOWED "
    "SUBJECT-CODE SUBJECT-AREA TITLE CONTENTS STUB HEADING CONTVARIABLE VALUES TIMEVAL CODES VARIABLECODE LAST-UPDATED "
    "UNITS SOURCE NOTEX NOTE CELLNOTE DATA"
).split()

KEYWORD = re.compile(r'([A-Z][A-Z0-9-]*)(?:\[([a-z]{2})\])?(?:\(("[^"]*"(?:,"[^"]*")*)\))?=')
STRING = re.compile(r'"([^"]*)"')


class Fault(Exception):
    """What no PX file may hold."""


def statements(text):
    """Splits a file at the semicolons that stand in no string."""
    start, inside = 0, False
    for i, character in enumerate(text):
        if character == '"':
            inside = not inside
        elif character == ";" and not inside:
            yield text[start:i].strip()
            start = i + 1
    if inside or text[start:].strip():
        raise Fault("the file ends inside a statement")


def values(text):
    """The texts of a list; strings without a comma between them are one."""
    found, rest = [], text.strip()
    while rest:
        parts = []
        while match := STRING.match(rest):
            parts.append(match.group(1))
            rest = rest[match.end():].lstrip()
        if not parts:
            raise Fault(f"not a string: {rest[:20]!r}")
        found.append("".join(parts))
        if rest and not rest.startswith(","):
            raise Fault(f"no comma: {rest[:20]!r}")
        rest = rest[1:].lstrip()
    return found


class Px:
    """A file, keyword by keyword."""

    def __init__(self, raw):
        self.at = {}
        last = 0
        text = raw.decode("utf-8")
        for line in text.split("\r\n"):
            if line.startswith('"') and len(line) > 258:
                raise Fault("a line of a long text has more than 256 characters")
        for statement in statements(text):
            match = KEYWORD.match(statement)
            if not match:
                raise Fault(f"no keyword: {statement[:20]!r}")
            name, lang, keys = match.group(1), match.group(2), tuple(STRING.findall(match.group(3) or ""))
            if name not in ORDER or ORDER.index(name) < last:
                raise Fault(f"{name} is unknown or out of order")
            last = ORDER.index(name)
            if (name, lang, keys) in self.at:
                raise Fault(f"{name} stands twice")
            self.at[name, lang, keys] = statement[match.end():]
        names = {name for name, _, _ in self.at}
        if missing := [name for name in MANDATORY if name not in names]:
            raise Fault(f"missing: {missing}")
        if self.texts("CHARSET") != ["ANSI"] or self.texts("CODEPAGE") != ["utf-8"]:
            raise Fault("not in UTF-8")

    def languages(self):
        own = self.texts("LANGUAGE")[0]
        return own, self.texts("LANGUAGES") if ("LANGUAGES", None, ()) in self.at else [own]

    def texts(self, name, lang=None, *keys):
        return values(self.at[name, lang, keys])

    def optional(self, name, lang, *keys):
        return self.texts(name, lang, *keys) if (name, lang, keys) in self.at else None

    def data(self):
        """The cells: whole numbers, and dots in quotes."""
        for cell in self.at["DATA", None, ()].split():
            if re.fullmatch(r"\d+", cell):
                yield int(cell), None
            elif re.fullmatch(r'"\.{1,6}"', cell):
                yield None, cell[1:-1]
            else:
                raise Fault(f"no cell: {cell!r}")


def table(px, lang, own):
    """The table in one language."""
    tag = None if lang == own else lang
    dimensions = []
    for variable in (px.optional("STUB", tag) or []) + px.texts("HEADING", tag):
        names, codes = px.texts("VALUES", tag, variable), px.texts("CODES", tag, variable)
        if len(names) != len(codes) or len(set(names)) != len(names) or len(set(codes)) != len(codes):
            raise Fault(f"values and codes of {variable!r}")
        dimensions.append((px.texts("VARIABLECODE", tag, variable)[0], list(zip(codes, names))))
    time = [key for name, language, key in px.at if name == "TIMEVAL" and language == tag]
    periods = px.at["TIMEVAL", tag, time[0]]
    if len(time) != 1 or not periods.startswith("TLIST(A1),") or values(periods[len("TLIST(A1),"):]) != px.texts("VALUES", tag, *time[0]):
        raise Fault("the periods are not those of the time")
    contents = px.texts("CONTVARIABLE", tag)[0]
    for name in px.texts("VALUES", tag, contents):
        px.texts("UNITS", tag, name)
    numbers = []
    cells = list(px.data())
    places = list(itertools.product(*(categories for _, categories in dimensions)))
    if len(cells) != len(places):
        raise Fault(f"{len(cells)} cells for {len(places)} places")
    for place, (value, symbol) in zip(places, cells):
        note = px.optional("CELLNOTE", tag, *(name for _, name in place))
        numbers.append({
            "codes": {variable: code for (variable, _), (code, _) in zip(dimensions, place)},
            "value": value, "symbol": symbol, "note": note[0] if note else "",
        })
    return {
        "id": px.texts("TABLEID")[0], "lang": lang, "title": px.texts("TITLE", tag)[0], "numbers": numbers,
        "aggregates": px.at["AGGREGALLOWED", None, ()] != "NO", "notes": px.texts("NOTEX", tag)[0].split("#"),
    }


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            px = Px(file.read())
        own, languages = px.languages()
        for lang in languages:
            print(json.dumps({"file": path, **table(px, lang, own)}))


if __name__ == "__main__":
    try:
        main()
    except (Fault, KeyError) as fault:
        sys.exit(f"{sys.argv[0]}: {fault}")
