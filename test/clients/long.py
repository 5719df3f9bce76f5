"""Reads long CSV files with the csv module, as a script of a researcher would.

    python3 long.py FILE ...

Writes one line of JSON for every file: the table's id, and every number with
its codes, or with a symbol for its status. Rows of totals are left out.
"""

import csv
import json
import sys

NAMES = {"year": "Tid", "contents": "ContentsCode"}
SYMBOLS = {"exact": None, "withheld": "..", "impossible": "."}
OTHERS = ("table", "value", "status", "from", "to", "adds_up")


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    fields = [name for name in rows[0] if name not in OTHERS and not name.endswith(("_sv", "_en"))]
    numbers = []
    for row in rows:
        codes = {NAMES.get(field, field): row[field] for field in fields}
        if "_T" in codes.values():
            continue
        value = int(row["value"]) if row["value"] else None
        numbers.append({"codes": codes, "value": value, "symbol": SYMBOLS[row["status"]]})
    return {"file": path, "id": rows[0]["table"], "numbers": numbers}


for path in sys.argv[1:]:
    print(json.dumps(read(path)))
