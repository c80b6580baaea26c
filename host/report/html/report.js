// SPDX-License-Identifier: BSD-2-Clause
// The page: tables with filters, failures, measures, all from the document in #data.
"use strict";

let report; // the document
let levels; // of each clause that a job has heard of, by its id, in the order of the specification where that is known
let statements; // what clauses ask for, the number of their section and a link to it, by their ids
let allTests; // of all jobs, with what a search looks at
const byId = (id) => document.getElementById(id);

// More rows at once than anyone reads would only slow the page down: a button brings the rest.
const rowsAtOnce = 500;

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
	return [job.subject, job.version].filter(Boolean).join(" ");
}

function count(job, verdict) {
	return job.tests.filter((test) => test.verdict === verdict).length;
}

// What a reader wants to know first.
function showHead() {
	const vmms = [...new Set(report.jobs.map(vmmOf))].join(", ");
	const times = report.jobs.map((job) => job.time).filter(Boolean).sort();
	const news = report.faults.filter((fault) => fault.unexpected).length;
	const warnings = report.faults.filter((fault) => !fault.unexpected && !fault.expected).length;
	const judged = new Set(report.jobs.flatMap((job) => job.clauses.filter((clause) =>
		clause.verdict !== "unjudged").map((clause) => clause.id)));
	const words = [`${news || "no"} fault${news === 1 ? "" : "s"} that nobody expected`,
		...(warnings ? [`${warnings} new warning${warnings === 1 ? "" : "s"}`] : []),
		`${judged.size} of ${levels.size} clauses judged`];

	document.title = `virtproof: ${vmms}`;
	byId("head").replaceChildren(make("strong", null, vmms), times.length ? `, ${times[0].slice(0, 10)}: ` : ": ",
		make("span", { class: news ? "fail" : "pass" }, words[0]), `; ${words.slice(1).join("; ")}.`);
}

// A region that scrolls has to be reached by keys, too.
function scroller(label, content) {
	return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, content);
}

// Rows of a table, so many at first, and a button for more.
function fillTable(box, heads, items, row) {
	const body = table(heads, items.slice(0, rowsAtOnce).map(row));
	let shown = Math.min(items.length, rowsAtOnce);
	const more = make("button", { type: "button" });
	const missing = make("span", null);
	const rest = make("p", { class: "legend" }, missing, " ", more);
	const offer = () => {
		missing.textContent = `${items.length - shown} of ${items.length} are not shown.`;
		more.textContent = `${Math.min(rowsAtOnce, items.length - shown)} more`;
		rest.hidden = shown === items.length;
	};

	more.addEventListener("click", () => {
		body.tBodies[0].append(...items.slice(shown, shown + rowsAtOnce).map(row));
		shown = Math.min(items.length, shown + rowsAtOnce);
		offer();
	});
	offer();
	box.replaceChildren(body, rest);
}

// A job's name leads to its faults.
function jobLink(job) {
	const link = make("a", { href: "#failures" }, job.name);

	link.addEventListener("click", () => {
		byId("failure-search").value = job.name;
		byId("failure-kind").value = "all";
		showFailures();
	});
	return make("td", null, link);
}

function showJobs() {
	const kinds = ["pass", "fail", "warn", "skip", "error"];
	const rows = report.jobs.map((job) => make("tr", null,
		jobLink(job), cell(vmmOf(job)), cell([job.machine, job.accelerator].join(", ")),
		cell(job.devices.map((d) => d.name).join(", ")),
		...kinds.map((kind) => {
			const n = count(job, kind);
			return cell(n, n ? `number ${kind}` : "number none");
		}),
		cell(job.outcome.unexpected, job.outcome.unexpected ? "number fail" : "number pass"),
		cell(job.outcome.expected, "number"),
		cell(job.outcome.stale.length, job.outcome.stale.length ? "number fail" : "number none"),
		cell(job.complete ? "yes" : "no", job.complete ? "none" : "fail")));

	byId("job-table").append(scroller("Jobs", table(["Job", "VMM", "Machine", "Devices", ...kinds, "unexpected",
		"expected", "stale", "complete"], rows)));
}

// By how many tests which part of each device was judged, and what was not.
function showDepths() {
	const rows = report.jobs.flatMap((job) => job.devices.map((device) => make("tr", null, cell(job.name), cell(device.bdf),
		cell(device.name), ...["transport", "rings", "behaviour"].map((part) => {
			const n = device.judged_by[part];
			const described = n && part === "rings" && device.workload === "described";

			return cell(described ? `${n} (described)` : n || "not judged", n ? "number" : "number fail");
		}))));
	const lines = report.jobs.flatMap((job) => job.unjudged.map((sentence) => make("p", null,
		make("span", { class: "fail" }, "not judged: "), `${sentence} `, make("small", null, job.name))));

	byId("job-table").append(...lines, make("details", null, make("summary", null, "what each device was judged by"),
		scroller("Devices", table(["Job", "Device", "Type", "transport", "rings, interrupts", "behaviour"], rows))));
}

// A command to be pasted into a shell.
function repetition(command) {
	const copy = make("button", { type: "button" }, "copy");
	const text = make("pre", { tabindex: "0" }, command);

	copy.addEventListener("click", () => {
		getSelection().selectAllChildren(text);
		copy.textContent = document.execCommand("copy") ? "copied" : "press Ctrl-C";
	});
	return make("div", { class: "repeat" }, make("p", null, "To repeat it: ", copy), text);
}

// The section of the specification that a clause is of; nothing where it is of none.
function sectionLink(id) {
	const { number, link } = statements.get(id) || {};

	return link ? make("a", { href: link }, number) : "";
}

function asked(id) {
	return (statements.get(id) || { statement: "" }).statement;
}

// A phrase about a failure is its part and its text; the clause that is broken has a section.
function phrase([part, text], clause) {
	const words = { required: "Required: ", expected: "Expected: ", source: "The test: " };
	const speakers = { vmm: "The VMM said:", daemon: "The daemon said:" };

	if (part === "repeat")
		return repetition(text);
	if (speakers[part])
		return make("div", null, speakers[part], make("pre", { class: "said", tabindex: "0" }, text));
	if (part === "ring")
		return make("pre", { tabindex: "0" }, text);
	return make("p", { class: part }, `${words[part] || ""}${text} `, part === "required" ? sectionLink(clause) : "");
}

// The tests in which a fault was seen, each with what was seen there.
function sightings(fault) {
	const rows = fault.sightings.map(([jobNumber, testNumber]) => {
		const job = report.jobs[jobNumber], test = job.tests[testNumber];
		const check = (test.checks || []).find((one) => one.clause === fault.what);

		return make("tr", null, cell(test.test), cell(`${test.device || ""} ${test.family || ""}`),
			cell(test.variant || ""), cell(job.name), cell(check ? check.message : test.reason || ""));
	});

	return make("details", null, make("summary", null, `all ${rows.length} tests`),
		scroller("Tests that show it", table(["Test", "Device", "Variant", "Job", "Seen"], rows)));
}

function faultWords(fault) {
	return [fault.what, ...fault.devices, ...fault.variants, ...fault.sightings.map(([jobNumber, testNumber]) =>
		`${report.jobs[jobNumber].name} ${report.jobs[jobNumber].tests[testNumber].test}`)].join(" ").toLowerCase();
}

// A card: the fault in its head, what is required, where it was seen, its evidence behind it.
function faultDetails(fault) {
	const seen = fault.phrases.find(([part]) => part === "seen");
	const kind = fault.unexpected ? "failed" : fault.expected ? "expected" : "warn";
	const word = fault.unexpected ? "unexpected" : fault.expected ? "expected" : "new warning";
	const tests = fault.sightings.length;
	const details = make("details", { class: "failure" },
		make("summary", null, make("span", { class: kind }, word), " ", seen[1], " ",
			make("small", null, `${tests} test${tests === 1 ? "" : "s"}: ${fault.devices.join(", ")}`)));

	// Filled when it is opened: there may be many.
	details.fill = () => {
		if (details.childElementCount > 1)
			return;
		details.append(...fault.phrases.filter(([part]) => part !== "seen").map((one) => phrase(one, fault.what)));
		if (tests > 1)
			details.append(sightings(fault));
	};
	details.addEventListener("toggle", details.fill);
	return details;
}

function incidentDetails(job, incident) {
	return make("details", { class: "failure" },
		make("summary", null, make("span", { class: "failed" }, incident.event), ` ${incident.words} `,
			make("small", null, `outside a test, ${job.name}`)),
		make("pre", { tabindex: "0" }, incident.output || "(it printed nothing)"));
}

function showFailures() {
	const kind = byId("failure-kind").value;
	const words = byId("failure-search").value.toLowerCase();
	const found = [];

	for (const fault of report.faults) {
		if ((kind === "all" || !fault.expected) && faultWords(fault).includes(words))
			found.push(faultDetails(fault));
	}
	for (const job of report.jobs) {
		for (const incident of job.incidents) {
			if (!incident.test && `${incident.event} ${job.name}`.toLowerCase().includes(words))
				found.push(incidentDetails(job, incident));
		}
		for (const line of job.outcome.stale) {
			if (`${line} ${job.name}`.toLowerCase().includes(words))
				found.push(make("p", null, make("span", { class: "fail" }, "expected to fail, but did not: "),
					make("code", null, line), ` ${job.name}`));
		}
	}
	byId("failure-count").textContent = found.length ? `${found.length}` : "";
	if (!found.length)
		found.push(make("p", { class: "none" }, kind === "all" || words ? "None." : "None that is news."));
	byId("failure-list").replaceChildren(...found);
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
		for (const clause of job.clauses)
			add(kind === "vmm" ? vmmOf(job) : job.name, clause.id, clause.verdict, clause.why);
	}
	return columns;
}

// Colour and form: a sign for eyes, a word for those who hear the page.
function verdictCell(id, found) {
	const advice = found && found.verdict === "violated" && !(levels.get(id) || "").startsWith("MUST");
	const kind = !found ? "none" : advice ? "unheeded" : found.verdict;
	const signs = { violated: "●", unheeded: "◐", holds: "○", unjudged: "–", none: "" };
	const td = make("td", { class: `sign ${kind}` }, make("span", { "aria-hidden": "true" }, signs[kind]),
		make("span", { class: "word" }, !found ? "not heard of" : advice ? "not heeded" : found.verdict));

	if (found)
		td.title = `${id} ${kind}${found.why ? `: ${found.why}` : ""}`;
	return td;
}

function clauseRow(id, columns) {
	return make("tr", null, make("th", { scope: "row" }, id), cell(levels.get(id)),
		...columns.map((column) => verdictCell(id, column.get(id))), make("td", null, asked(id), " ", sectionLink(id)));
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
	const found = [...levels.keys()].filter((id) => `${id} ${asked(id)}`.toLowerCase().includes(words) &&
		(level === "" || levels.get(id) === level) && matches(id, columns, wanted));

	const heads = [...named.keys()].map((name) => make("th", { class: "turned", scope: "col", title: name }, make("span", null, name)));

	fillTable(byId("clause-table"), ["Clause", "Level", ...heads, "What it asks for"], found, (id) => clauseRow(id, columns));
	byId("clause-count").textContent = `${found.length} of ${levels.size}`;
}

function showTests() {
	const words = byId("test-search").value.toLowerCase();
	const verdict = byId("test-verdict").value;
	const found = allTests.filter((one) => one.words.includes(words) &&
		(verdict === "" || one.test.verdict === verdict));
	const row = ({ job, test }) => make("tr", null,
		cell(test.verdict, test.verdict), cell(test.test), cell(`${test.device || ""} ${test.family || ""}`),
		cell(test.variant || ""), cell(job.name), cell((test.us / 1000).toFixed(1), "number"),
		cell(test.reason || ""));

	fillTable(byId("test-table"), ["Verdict", "Test", "Device", "Variant", "Job", "ms", "Reason"], found, row);
	byId("test-count").textContent = `${found.length} of ${allTests.length}`;
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

// How many samples a percentile needs, for five of them to lie beyond it: the rule of the image.
const samplesFor = { p90: 50, p99: 500, p999: 5000, p9999: 50000 };

// A distribution in a word, from its least sample to its largest on a logarithmic scale.
function spark(measure) {
	const buckets = charts.counted(measure);
	const cells = new Array(12).fill(0);
	const low = Math.log(Math.max(measure.min, 1)), range = Math.log(Math.max(measure.max, 1)) - low || 1;

	for (const [lower, count] of buckets)
		cells[Math.max(0, Math.min(11, Math.floor((Math.log(Math.max(lower, 1)) - low) / range * 12)))] += count;

	const fullest = Math.max(1, ...cells);

	return buckets.length ? cells.map((count) => " ▁▂▃▄▅▆▇█"[Math.ceil(8 * count / fullest)]).join("") : "";
}

function figures({ label, depth, measure }) {
	const names = ["count", "mean", "stddev", "min", "p50", "p90", "p99", "p999", "p9999", "max", "value"];
	const value = (name) => measure[name] === undefined || measure.count < samplesFor[name] ? "" :
		Math.round(measure[name] * 100) / 100;

	return make("tr", null, cell(label), cell(spark(measure), "spark"), cell(depth || "", "number"), ...names.map((name) => cell(value(name), "number")));
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

// What is felt comes first; what says how far the others can be believed, last and folded.
function measureRank([key]) {
	return key.startsWith("end to end t") ? 0 : /^(control|noise|TSC) /.test(key) ? 2 : 1;
}

function showMeasures() {
	const list = byId("measure-list");
	const controls = make("details", null, make("summary", null, "controls and noise"));
	const heads = ["Of", "shape", "depth", "n", "mean", "std. dev.", "min", "p50", "p90", "p99", "p99.9", "p99.99", "max", "value"];

	for (const job of report.jobs) {
		for (const note of job.notes.filter((text) => text.includes("disturbed: ")))
			list.append(make("p", { class: "legend" }, `${job.name}: ${note}`));
	}
	for (const [key, group] of [...measureGroups()].sort((a, b) => measureRank(a) - measureRank(b))) {
		const boxes = make("div", { class: "charts" });
		const figureTable = scroller(`Figures of ${key}`, table(heads, group.map(figures)));

		(measureRank([key]) === 2 ? controls : list).append(make("h3", null, key), figureTable);
		if (group.some(({ depth, measure }) => depth > 0 || charts.counted(measure).length)) {
			figureTable.after(make("details", null, make("summary", null, "charts"), boxes));
			drawWhenSeen(boxes, group);
		}
	}
	if (controls.childElementCount > 1)
		list.append(controls);
	if (!list.childElementCount)
		list.append("No measures in these records.");
}

const filters = ["failure-kind", "failure-search", "clause-search", "clause-level", "clause-verdict", "clause-columns",
	"test-search", "test-verdict"];

// What is filtered stands in the address, behind the section: a link shows the same to others.
function keepFilters() {
	const words = new URLSearchParams();

	for (const id of filters)
		if (byId(id).value !== byId(id).dataset.usual)
			words.set(id, byId(id).value);
	history.replaceState(null, "", `#${words}`);
}

function takeFilters() {
	const words = new URLSearchParams(location.hash.slice(1));

	for (const id of filters) {
		byId(id).dataset.usual = byId(id).value;
		if (words.has(id))
			byId(id).value = words.get(id);
	}
}

function listen(ids, show) {
	for (const id of ids)
		byId(id).addEventListener("input", () => {
			show();
			keepFilters();
		});
	show();
}

// On paper nothing can be opened, and what only follows the opening comes too late.
function openForPrint() {
	for (const details of document.querySelectorAll("#failure-list > details")) {
		details.open = true;
		if (details.fill)
			details.fill();
	}
}

// Jobs of one name are told apart by a number.
function nameJobs() {
	const times = new Map();

	for (const job of report.jobs) {
		times.set(job.name, (times.get(job.name) || 0) + 1);
		if (times.get(job.name) > 1)
			job.name = `${job.name} (${times.get(job.name)})`;
	}
}

function begin() {
	const heard = new Map(report.jobs.flatMap((job) => job.clauses.map((clause) => [clause.id, clause.level])));

	statements = new Map(report.statements.map(([id, statement, number, link]) => [id, { statement, number, link }]));
	levels = new Map([...statements.keys(), ...heard.keys()].map((id) => [id, heard.get(id)]));
	allTests = report.jobs.flatMap((job) => job.tests.map((test) => ({ job, test,
		words: `${test.test} ${test.device} ${test.family} ${test.variant} ${job.name}`.toLowerCase() })));
	for (const level of new Set(levels.values()))
		byId("clause-level").append(make("option", null, level));
	takeFilters();
	nameJobs();
	showHead();
	showJobs();
	showDepths();
	listen(["failure-kind", "failure-search"], showFailures);
	listen(["clause-search", "clause-level", "clause-verdict", "clause-columns"], showClauses);
	listen(["test-search", "test-verdict"], showTests);
	showMeasures();
	addEventListener("beforeprint", openForPrint);
	document.body.dataset.ready = "yes";
}

// The document stands in the page as base64 of what gzip made of it.
async function unpack(text) {
	const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));

	return JSON.parse(await new Response(stream).text());
}

unpack(byId("data").textContent).then((document_) => {
	report = document_;
	begin();
}, (error) => {
	byId("head").textContent = `This browser cannot unpack the report: ${error.message}`;
});
