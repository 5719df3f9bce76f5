"""Reads a published table into a data frame: one row a cell, <NA> where a
number is withheld, and beside it the range in which everybody can place it.

    python3 docs/tour/table.py http://127.0.0.1:8080 residence

It needs pandas. Anything that speaks PxWebApi 2, such as the package pxwebpy,
reads the same tables from the same address.
"""

import itertools
import json
import sys
import urllib.parse
import urllib.request

import pandas


def published(service, table, lang="en"):
    address = f"{service}/api/v2/tables/{urllib.parse.quote(table)}"
    everything = {f"valueCodes[{code}]": "*" for code in fetch(f"{address}/metadata", lang=lang)["id"]}
    x = fetch(f"{address}/data", lang=lang, outputFormat="json-stat2", **everything)

    # The last dimension runs fastest.
    labels = [list(x["dimension"][code]["category"]["label"].values()) for code in x["id"]]
    frame = pandas.DataFrame(itertools.product(*labels), columns=x["id"])
    frame = frame[frame.columns[::-1]]

    # What has no value has a status: ".." is withheld, "." cannot be.
    status = x.get("status", {})
    frame["value"] = pandas.array(x["value"], dtype="Int64")
    frame["withheld"] = [status.get(str(place)) == ".." for place in frame.index]
    frame["low"] = frame["high"] = frame["value"]
    for place, (low, high) in x["extension"]["casestat"].get("ranges", {}).items():
        frame.loc[int(place), ["low", "high"]] = [low, pandas.NA if high is None else high]
    frame.attrs = {"title": x["label"], "notes": x["note"]}
    return frame


def fetch(address, **parameters):
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(parameters)}", timeout=60) as answer:
        return json.load(answer)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("give the address of a service and the name of a table")
    print(published(*sys.argv[1:]).to_string(index=False))
