"""Reads every table of a PxWebApi 2 service as pxwebpy does, with Python's own
modules alone, and writes one line of JSON for each table and language.

    python3 pxweb.py http://127.0.0.1:PORT/api/v2
"""

import itertools
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Client:
    """Calls the service, and waits when it is told to."""

    def __init__(self, url, lang):
        self.url, self.lang, self.waited = url, lang, 0
        config = self.call("/config")
        if [int(part) for part in config["apiVersion"].split(".")] < [2, 0, 0]:
            raise SystemExit("pxweb.py: the API is older than 2.0.0")
        self.max_cells = config["maxDataCells"]
        if config["maxCallsPerTimeWindow"] < 1 or config["timeWindow"] < 1:
            raise SystemExit("pxweb.py: no limits in /config")
        self.number_of_tables = self.call("/tables")["page"]["totalElements"]

    def call(self, endpoint, query=None, **params):
        params = {"lang": self.lang, **params}
        if endpoint.endswith("/data"):
            params["outputFormat"] = "json-stat2"
        request = urllib.request.Request(
            self.url + endpoint + "?" + urllib.parse.urlencode(params),
            data=None if query is None else json.dumps(query).encode(),
            headers={} if query is None else {"Content-Type": "application/json"},
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    return json.load(response)
            except urllib.error.HTTPError as e:
                if e.code != 429:
                    raise SystemExit(f"pxweb.py: {endpoint}: {e.code} {e.read()[:300]!r}")
                self.waited += 1
                time.sleep(float(e.headers.get("Retry-After", "1")))
        raise SystemExit("pxweb.py: too many retries")

    def all_tables(self):
        return self.call("/tables", pageSize=self.number_of_tables)["tables"]

    def variables(self, table):
        dimensions = self.call(f"/tables/{table}/metadata")["dimension"]
        return {
            code: {
                "codes": list(d["category"]["label"]),
                "codelists": [c["id"] for c in d["extension"]["codeLists"]],
                "elimination": d["extension"]["elimination"],
            }
            for code, d in dimensions.items()
        }

    def everything(self, table):
        """All cells, in as many calls as the limit wants."""
        chosen = {code: v["codes"] for code, v in self.variables(table).items()}
        for part in split(chosen, self.max_cells):
            selection = [{"variableCode": code, "valueCodes": codes} for code, codes in part.items()]
            yield self.call(f"/tables/{table}/data", {"selection": selection})


def split(chosen, most):
    size = 1
    for codes in chosen.values():
        size *= len(codes)
    largest = max(chosen, key=lambda code: len(chosen[code]))
    if size <= most or len(chosen[largest]) == 1:
        return [chosen]
    step = max(1, most // (size // len(chosen[largest])))
    parts = []
    for at in range(0, len(chosen[largest]), step):
        parts += split({**chosen, largest: chosen[largest][at : at + step]}, most)
    return parts


def rows(data):
    """The cells by their labels, as pxwebpy gives them; labels are its keys."""
    labels = {d["label"]: list(d["category"]["label"]) for d in (data["dimension"][i] for i in data["id"])}
    if len(labels) != len(data["id"]):
        raise SystemExit(f"pxweb.py: two dimensions have the same label: {list(labels)}")
    combinations = list(itertools.product(*(list(data["dimension"][i]["category"]["label"]) for i in data["id"])))
    if len(combinations) != len(data["value"]):
        raise SystemExit(f"pxweb.py: {len(data['value'])} values for {len(combinations)} combinations")
    for place, (codes, value) in enumerate(zip(combinations, data["value"])):
        symbol = data.get("status", {}).get(str(place))
        yield {"codes": dict(zip(data["id"], codes)), "value": value, "symbol": symbol, "note": ""}


def main(url):
    for lang in ("sv", "en"):
        client = Client(url, lang)
        for table in client.all_tables():
            numbers, data = [], None
            for data in client.everything(table["id"]):
                numbers += rows(data)
            for variable in client.variables(table["id"]).values():
                for codelist in variable["codelists"]:
                    if not client.call(f"/codelists/{codelist}")["values"]:
                        raise SystemExit(f"pxweb.py: {codelist} is empty")
            px = data["extension"]["px"]
            line = {"file": "", "id": px["tableid"], "lang": px["language"], "title": data["label"], "numbers": numbers}
            print(json.dumps({**line, "aggregates": px["aggregallowed"], "notes": data["note"]}))
        print(f"{lang}: waited {client.waited} times", file=sys.stderr)


main(sys.argv[1])
