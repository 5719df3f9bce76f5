// Reads a catalogue as RDF/XML and as JSON-LD with parsers that are not ours,
// refuses it unless both are the same graph, and writes that as canonical
// N-Quads. Nothing is fetched but the two documents.
//
//   node dcat.cjs FOLDER-WITH-NODE_MODULES http://127.0.0.1:PORT/datasets/dcat
"use strict";

const { createRequire } = require("node:module");
const { resolve } = require("node:path");
const { Readable } = require("node:stream");

const [folder, url] = process.argv.slice(2);
const load = createRequire(resolve(folder) + "/");
const { RdfXmlParser } = load("rdfxml-streaming-parser");
const jsonld = load("jsonld");

const escaped = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function term(t) {
	switch (t.termType) {
		case "NamedNode":
			return `<${t.value}>`;
		case "BlankNode":
			return `_:${t.value}`;
		case "Literal": {
			const text = `"${t.value.replace(/[\\"\n\r\t]/g, (c) => escaped[c])}"`;
			return t.language ? `${text}@${t.language}` : `${text}^^<${t.datatype.value}>`;
		}
		default:
			throw new Error(`a ${t.termType} in the graph`);
	}
}

async function text(from, media) {
	const response = await fetch(from);
	if (!response.ok || !response.headers.get("content-type").startsWith(media)) {
		throw new Error(`${from}: ${response.status} ${response.headers.get("content-type")}`);
	}
	return response.text();
}

async function fromXML(document) {
	const quads = [];
	// No base: an address that is not absolute is refused.
	for await (const q of Readable.from([document]).pipe(new RdfXmlParser({ strict: true }))) {
		quads.push(`${term(q.subject)} ${term(q.predicate)} ${term(q.object)} .\n`);
	}
	return jsonld.canonize(quads.join(""), { inputFormat: "application/n-quads", algorithm: "RDFC-1.0" });
}

async function fromJSON(document) {
	const documentLoader = (address) => {
		throw new Error(`wants to fetch ${address}`);
	};
	return jsonld.canonize(JSON.parse(document), { algorithm: "RDFC-1.0", documentLoader, safe: true });
}

async function main() {
	const xml = await fromXML(await text(url, "application/rdf+xml"));
	const json = await fromJSON(await text(`${url}.jsonld`, "application/ld+json"));
	if (xml !== json) {
		const theirs = new Set(json.split("\n"));
		throw new Error(`RDF/XML and JSON-LD differ:\n${xml.split("\n").filter((l) => !theirs.has(l)).slice(0, 20).join("\n")}`);
	}
	process.stdout.write(xml);
}

main().catch((e) => {
	console.error(e);
	process.exit(1);
});
