// SPDX-License-Identifier: BSD-2-Clause
// Holds records against their schema, closed: a type or a field that it does not have is a fault, too.
// usage: node records_schema.js AJV SCHEMA.json LOG…; says what does not fit, and last how many records did
"use strict";

const fs = require("fs");
const [, , ajvPath, schemaPath, ...logs] = process.argv;
const Ajv = require(ajvPath);
const schema = JSON.parse(fs.readFileSync(schemaPath, "utf8"));
const kinds = new Map();
let fine = 0;

for (const { if: condition, then } of schema.allOf) {
	const type = condition.properties.type.const;
	const definition = schema.definitions[type];

	if (then.$ref !== `#/definitions/${type}`)
		throw new Error(`${type} refers to ${then.$ref}`);
	definition.properties.type = {};
	definition.additionalProperties = false;
	kinds.set(type, 0);
}

const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: true, allErrors: true }).compile(schema);

for (const log of logs) {
	for (const line of fs.readFileSync(log, "utf8").split("\n").filter((text) => text.startsWith('{"type":'))) {
		const record = JSON.parse(line);

		if (kinds.has(record.type) && validate(record)) {
			kinds.set(record.type, kinds.get(record.type) + 1);
			fine++;
		} else {
			console.log(`${log}: ${line.slice(0, 300)}: ${JSON.stringify(validate.errors)}`);
		}
	}
}
console.log(`fine: ${fine}`);
console.log(`types: ${[...kinds.keys()].filter((type) => kinds.get(type)).sort().join(" ")}`);
