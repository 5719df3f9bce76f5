// Reads every table of a PxWebApi 2 service with jsonstat-toolkit and writes one
// line of JSON for each table and language.
//
//   node pxweb.cjs FOLDER-WITH-NODE_MODULES http://127.0.0.1:PORT/api/v2
"use strict";

const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const [folder, url] = process.argv.slice(2);
const JSONstat = createRequire(resolve(folder) + "/")("jsonstat-toolkit");

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

async function get(path) {
	const response = await fetch(url + path);
	if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
	return response.json();
}

async function main() {
	for (const lang of ["sv", "en"]) {
		for (const { id } of (await get(`/tables?lang=${lang}&pageSize=1000`)).tables) {
			const whole = JSONstat(await get(`/tables/${id}/metadata?lang=${lang}`));
			const dataset = JSONstat(await get(`/tables/${id}/data?lang=${lang}`));
			if (whole.class !== "dataset" || dataset.class !== "dataset" || String(whole.id) !== String(dataset.id)) {
				throw new Error(`${id}: no dataset, or metadata of another one`);
			}
			if (String(dataset.role.time) !== "Tid" || String(dataset.role.metric) !== "ContentsCode") throw new Error(`${id}: roles`);
			const numbers = [];
			for (const codes of places(dataset, dataset.id)) {
				const { value, status } = dataset.Data(codes);
				numbers.push({ codes, value, symbol: status ?? null, note: "" });
			}
			const px = dataset.extension.px;
			console.log(JSON.stringify({ file: "", id: px.tableid, lang: px.language, title: dataset.label, numbers, aggregates: px.aggregallowed, notes: dataset.note }));
		}
	}
}

main().catch((e) => {
	console.error(e);
	process.exit(1);
});
