// Reads JSON-stat files with jsonstat-toolkit and writes one line of JSON for
// each: the table's id and title, and every number, asked for by its codes.
//
//   node jsonstat.cjs FOLDER-WITH-NODE_MODULES FILE ...
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const [folder, ...files] = process.argv.slice(2);
const JSONstat = createRequire(resolve(folder) + "/")("jsonstat-toolkit");

// Every combination of one code from each dimension.
function* places(dataset, ids) {
	if (ids.length === 0) {
		yield {};
		return;
	}
	for (const code of dataset.Dimension(ids[0]).id) {
		for (const rest of places(dataset, ids.slice(1))) {
			yield { [ids[0]]: code, ...rest };
		}
	}
}

for (const file of files) {
	const dataset = JSONstat(JSON.parse(readFileSync(file, "utf8")));
	if (dataset.class !== "dataset" || dataset.role.time.length !== 1 || dataset.role.metric.length !== 1) {
		throw new Error(`${file}: no dataset with a time and a metric`);
	}
	const numbers = [];
	for (const codes of places(dataset, dataset.id)) {
		const { value, status } = dataset.Data(codes);
		numbers.push({ codes, value, symbol: status ?? null, note: "" });
	}
	if (numbers.length !== dataset.n) {
		throw new Error(`${file}: ${numbers.length} numbers for ${dataset.n} places`);
	}
	const px = dataset.extension.px;
	console.log(JSON.stringify({ file, id: px.tableid, lang: px.language, title: dataset.label, numbers, aggregates: px.aggregallowed, notes: dataset.note }));
}
