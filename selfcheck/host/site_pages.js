// SPDX-License-Identifier: BSD-2-Clause
// Walks through a site in a headless Chromium.
// usage: node site_pages.js PLAYWRIGHT-CORE AXE-CORE SITE [SCREENSHOT.png]
"use strict";

const fs = require("fs");
const { expecting, inaccessible, watchedPage, run } = require("./browser.js");
const [, , , , site, screenshotPath] = process.argv;
const data = JSON.parse(fs.readFileSync(`${site}/site.json`, "utf8"));
const expect = expecting("site");

// What the grid shows is what the JSON has.
async function checkGrid(page) {
	const words = { broken: "broken", unheeded: "not heeded", holds: "holds", unjudged: "not judged" };
	const shown = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".grid tbody tr")]
		.filter((row) => row.querySelector("td"))
		.map((row) => [row.querySelector("a").textContent, [...row.querySelectorAll(".word")].map((word) => word.textContent)])));
	const wanted = Object.fromEntries(data.clauses.map((clause) => [clause.id,
		data.vmms.map((vmm) => words[clause.vmms[vmm.name].state])]));

	expect("the grid shows what the JSON has", data.clauses.length > 10 && JSON.stringify(shown) === JSON.stringify(wanted),
		{ shown: Object.keys(shown).length, wanted: Object.keys(wanted).length });
}

// From a clause that somebody breaks to him, and back.
async function checkWalk(page) {
	const plain = data.vmms.filter((vmm) => /^[\w .:-]+$/.test(vmm.name));
	const clause = data.clauses.find((one) => plain.some((vmm) => one.vmms[vmm.name].state === "broken"));
	const vmm = plain.find((one) => clause.vmms[one.name].state === "broken");

	await page.click(`.grid a:text-is("${clause.id}")`);
	const told = await page.innerText("main");

	expect("a clause says what it asks for, who breaks it, and how", told.includes(clause.statement) &&
		told.includes(`${vmm.name}: broken`) && told.includes(clause.vmms[vmm.name].seen), told);
	expect("a known cause stands there", told.includes(clause.vmms[vmm.name].known || ""), told);
	expect("a section leads to the specification", (await page.locator(".legend a[href^=https]").count()) === (clause.link ? 1 : 0) &&
		(!clause.link || await page.getAttribute(".legend a[href^=https]", "href") === clause.link), clause);
	await page.click(`main a:text-is("${vmm.name}")`);
	const runs = await page.innerText("main");

	expect("a VMM says what it breaks", runs.includes("Broken") && runs.includes(`● ${clause.id}`), runs);
	expect("and how it was run", /\brun .*-q /.test(runs), runs);
	await page.click('nav a:text-is("All VMMs")');
	expect("and leads back", (await page.innerText("h1")) === "What VMMs make of virtio", await page.url());
	return clause.page;
}

async function checkNarrow(browser, names) {
	const page = await browser.newPage({ viewport: { width: 400, height: 800 } });

	for (const name of names) {
		await page.goto(`file://${site}/${name}.html`);
		const width = await page.evaluate(() => document.documentElement.scrollWidth);

		expect(`${name.split("/")[0]} fits a telephone`, width <= 400, { width });
	}
	await page.close();
}

async function walk(browser) {
	const { page, complaints } = await watchedPage(browser, { width: 1200, height: 900 }, /^file:/);

	await page.goto(`file://${site}/index.html`);
	await checkGrid(page);
	const names = ["index", `clause/${await checkWalk(page)}`, `vmm/${data.vmms[0].page}`];

	if (screenshotPath)
		await page.screenshot({ path: screenshotPath });
	for (const scheme of ["light", "dark"]) {
		for (const name of names) {
			await page.goto(`file://${site}/${name}.html`);
			const found = await inaccessible(page, scheme, { preload: false });

			expect(`axe finds nothing in ${name.split("/")[0]}, ${scheme}`, found.length === 0, found);
		}
	}
	for (const { page: file } of data.vmms) {
		await page.goto(`file://${site}/vmm/${file}.html`);
		expect(`hostile text stays text: ${file}`, (await page.locator("main script, main img").count()) === 0, file);
	}
	await checkNarrow(browser, names);
	expect("the browser has no complaint, nothing comes from elsewhere", complaints.length === 0, complaints);
}

run("site", walk);
