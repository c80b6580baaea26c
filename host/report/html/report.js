// SPDX-License-Identifier: BSD-2-Clause
// The page: tables with filters, failures, measures, all from the document in #data.
"use strict";

const report = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// More rows than anyone reads would only slow the page down: the filters lead to the rest.
const rowLimit = 3000;

// An element with text or elements in it; text is never taken for markup.
function make(tag, attributes, ...content) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes || {}))
		element.setAttribute(name, value);
	element.append(...content.filter((part) => part !== null && part !== undefined && part !== ""));
	return element;
}

function table(heads, rows) {
	const head = make("tr", null, ...heads.map((h) => h instanceof Node ? h : make("th", null, h)));

	return make("table", null, make("thead", null, head), make("tbody", null, ...rows));
}

function cell(text, kind) {
	return make("td", kind ? { class: kind } : null, String(text));
}

function vmmOf(job) {
	return [job.vmm, job.version].filter(Boolean).join(" ");
}

function count(job, verdict) {
	return job.tests.filter((test) => test.verdict === verdict).length;
}

function showJobs() {
	const kinds = ["pass", "fail", "warn", "skip", "error"];
	const rows = report.jobs.map((job) => make("tr", null,
		cell(job.name), cell(vmmOf(job)), cell([job.machine, job.accelerator].join(", ")),
		cell(job.devices.map((d) => d.name).join(", ")),
		...kinds.map((kind) => {
			const n = count(job, kind);
			return cell(n, n ? `number ${kind}` : "number none");
		}),
		cell(job.outcome.unexpected, job.outcome.unexpected ? "number fail" : "number pass"),
		cell(job.outcome.expected, "number"),
		cell(job.outcome.stale.length, job.outcome.stale.length ? "number fail" : "number none"),
		cell(job.complete ? "" : "incomplete", "fail")));

	byId("job-table").append(table(["Job", "VMM", "Machine", "Devices", ...kinds, "unexpected",
		"expected", "stale", ""], rows));
}

// A phrase about a failure is its part and its text.
function phrase([part, text]) {
	const words = { required: "Required: ", expected: "Expected: ", vmm: "The VMM said:\n", daemon: "The daemon said:\n" };

	if (part === "ring" || part === "repeat")
		return make("pre", null, text);
	return make("p", { class: part }, (words[part] || "") + text);
}

function failureDetails(job, test) {
	const details = make("details", { class: "failure" },
		make("summary", null, make("span", { class: test.end }, test.outcome || test.verdict), " ",
			make("code", null, test.test), ` ${test.device || ""} ${test.family || ""} ${test.variant || ""} `,
			make("small", null, job.name)));

	// Filled when it is opened: there may be thousands.
	details.addEventListener("toggle", () => {
		if (details.childElementCount > 1)
			return;
		details.append(...test.phrases.map(phrase));
	});
	return details;
}

function incidentDetails(job, incident) {
	return make("details", { class: "failure" },
		make("summary", null, make("span", { class: "failed" }, incident.event), ` ${incident.words} `,
			make("small", null, `${incident.test || "outside a test"}, ${job.name}`)),
		make("pre", null, incident.output || "(it printed nothing)"));
}

function showFailures() {
	const kind = byId("failure-kind").value;
	const words = byId("failure-search").value.toLowerCase();
	const found = [];

	for (const job of report.jobs) {
		for (const test of job.tests) {
			if (test.end !== "failed" && test.end !== "error" &&
			    (kind !== "all" || (test.end !== "expected" && test.verdict !== "warn")))
				continue;
			if (`${test.test} ${test.device} ${test.family} ${test.variant} ${job.name} ${(test.checks || [])
				.map((check) => check.clause).join(" ")}`.toLowerCase().includes(words))
				found.push(failureDetails(job, test));
		}
		for (const incident of job.incidents) {
			if (`${incident.event} ${incident.test} ${job.name}`.toLowerCase().includes(words))
				found.push(incidentDetails(job, incident));
		}
		for (const line of job.outcome.stale) {
			if (`${line} ${job.name}`.toLowerCase().includes(words))
				found.push(make("p", null, make("span", { class: "fail" }, "expected to fail, but did not: "),
					make("code", null, line), ` ${job.name}`));
		}
	}
	byId("failure-list").replaceChildren(...found.slice(0, rowLimit));
	byId("failure-count").textContent = found.length ? `${found.length}` : "none";
}

const weight = { violated: 3, holds: 2, unjudged: 1 };

// One column of the matrix: verdicts by clause. Jobs that share a column add up to the worst.
function columnsBy(kind) {
	const columns = new Map();
	const add = (name, id, verdict, why) => {
		if (!columns.has(name))
			columns.set(name, new Map());
		const column = columns.get(name);
		if (!column.has(id) || weight[verdict] > weight[column.get(id).verdict])
			column.set(id, { verdict, why });
	};

	for (const job of report.jobs) {
		if (kind === "device") {
			for (const test of job.tests)
				for (const check of test.checks || [])
					add(test.family || "no device", check.clause, "violated", check.message);
			continue;
		}
		for (const clause of job.clauses)
			add(kind === "vmm" ? vmmOf(job) : job.name, clause.id, clause.verdict, clause.why);
	}
	return columns;
}

const levels = new Map();
for (const job of report.jobs)
	for (const clause of job.clauses)
		levels.set(clause.id, clause.level);

function clauseRow(id, columns) {
	return make("tr", null, cell(id), cell(levels.get(id)), ...columns.map((column) => {
		const found = column.get(id);
		const td = cell(found ? found.verdict : "", found ? found.verdict : "none");

		if (found && found.why)
			td.title = found.why;
		return td;
	}));
}

function matches(id, columns, wanted) {
	const verdicts = columns.map((column) => (column.get(id) || {}).verdict);

	if (wanted === "differs")
		return new Set(verdicts.filter(Boolean)).size > 1;
	return wanted === "" || verdicts.includes(wanted);
}

function showClauses() {
	const words = byId("clause-search").value.toLowerCase();
	const level = byId("clause-level").value;
	const wanted = byId("clause-verdict").value;
	const named = columnsBy(byId("clause-columns").value);
	const columns = [...named.values()];
	const found = [...levels.keys()].filter((id) => id.toLowerCase().includes(words) &&
		(level === "" || levels.get(id) === level) && matches(id, columns, wanted));

	byId("clause-table").replaceChildren(table(["Clause", "Level", ...named.keys()],
		found.slice(0, rowLimit).map((id) => clauseRow(id, columns))));
	byId("clause-count").textContent = `${found.length} of ${levels.size}`;
}

const allTests = report.jobs.flatMap((job) => job.tests.map((test) => ({ job, test,
	words: `${test.test} ${test.device} ${test.family} ${test.variant} ${job.name}`.toLowerCase() })));

function showTests() {
	const words = byId("test-search").value.toLowerCase();
	const verdict = byId("test-verdict").value;
	const found = allTests.filter((one) => one.words.includes(words) &&
		(verdict === "" || one.test.verdict === verdict));
	const rows = found.slice(0, rowLimit / 10).map(({ job, test }) => make("tr", null,
		cell(test.verdict, test.verdict), cell(test.test), cell(`${test.device || ""} ${test.family || ""}`),
		cell(test.variant || ""), cell(job.name), cell((test.us / 1000).toFixed(1), "number"),
		cell(test.reason || "")));

	byId("test-table").replaceChildren(table(["Verdict", "Test", "Device", "Variant", "Job", "ms", ""], rows));
	byId("test-count").textContent = `${Math.min(found.length, rowLimit / 10)} of ${found.length} shown`;
}

// A measure's name is what was measured, then settings: "read.iops depth=32 size=4096".
function parsed(measure) {
	const words = measure.name.split(" ");
	const settings = words.filter((word) => word.includes("="));
	const name = words.filter((word) => !word.includes("=")).join(" ");
	const depth = settings.map((word) => /^depth=(\d+)$/.exec(word)).find(Boolean);

	return { name, depth: depth ? +depth[1] : 0,
		settings: settings.filter((word) => !word.startsWith("depth=")) };
}

// Measures of one name and unit stand together; a line is one job, device, variant and settings.
function measureGroups() {
	const groups = new Map();

	for (const job of report.jobs) {
		for (const measure of job.measures) {
			const { name, depth, settings } = parsed(measure);
			const key = `${name} (${measure.unit})`;
			const label = [job.name, measure.device, measure.variant, ...settings].filter(Boolean).join(" ");

			if (!groups.has(key))
				groups.set(key, []);
			groups.get(key).push({ name, label, depth, measure });
		}
	}
	return groups;
}

function figures({ label, depth, measure }) {
	const names = ["count", "min", "p50", "p90", "p99", "p999", "p9999", "max", "mean", "value"];

	return make("tr", null, cell(label), cell(depth || "", "number"), ...names.map((name) =>
		cell(measure[name] === undefined ? "" : Math.round(measure[name] * 100) / 100, "number")));
}

function drawGroup(boxes, group) {
	const distributions = group.filter(({ measure }) => charts.counted(measure).length);
	const rates = group.filter(({ depth, measure }) => depth > 0 && measure.value > 0);
	const { name, measure: { unit } } = group[0];

	if (distributions.length) {
		charts.percentilesChart(boxes, name, unit, distributions);
		charts.histogramChart(boxes, name, unit, distributions);
	}
	if (rates.length)
		charts.depthChart(boxes, name, unit, rates);
}

// Charts are drawn when they come into sight: there may be hundreds.
function drawWhenSeen(boxes, group) {
	const observer = new IntersectionObserver((entries) => {
		if (!entries.some((entry) => entry.isIntersecting))
			return;
		observer.disconnect();
		boxes.classList.remove("waiting");
		drawGroup(boxes, group);
	}, { rootMargin: "300px" });

	boxes.classList.add("waiting");
	observer.observe(boxes);
}

function showMeasures() {
	const list = byId("measure-list");
	const heads = ["", "depth", "count", "min", "p50", "p90", "p99", "p99.9", "p99.99", "max", "mean", "value"];

	for (const [key, group] of measureGroups()) {
		const boxes = make("div", { class: "charts" });
		const figureTable = make("div", { class: "scroll" }, table(heads, group.map(figures)));

		list.append(make("h3", null, key), boxes,
			make("details", null, make("summary", null, "figures"), figureTable));
		if (group.some(({ depth, measure }) => depth > 0 || charts.counted(measure).length))
			drawWhenSeen(boxes, group);
	}
	if (!list.childElementCount)
		list.append("No measures in these records.");
}

function listen(ids, show) {
	for (const id of ids)
		byId(id).addEventListener("input", show);
	show();
}

for (const level of new Set(levels.values()))
	byId("clause-level").append(make("option", null, level));
showJobs();
listen(["failure-kind", "failure-search"], showFailures);
listen(["clause-search", "clause-level", "clause-verdict", "clause-columns"], showClauses);
listen(["test-search", "test-verdict"], showTests);
showMeasures();
document.body.dataset.ready = "yes";
