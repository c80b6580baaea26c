// SPDX-License-Identifier: BSD-2-Clause
// Opens the HTML report in a headless Chromium and uses it.
// usage: node report_page.js PLAYWRIGHT-CORE REPORT.html [SCREENSHOT.png]
"use strict";

const { performance } = require("perf_hooks");
const [, , playwrightPath, reportPath, screenshotPath] = process.argv;
const { chromium } = require(playwrightPath);

let failed = false;

function expect(name, holds, detail) {
	console.log(`${holds ? "ok" : "not ok"} HTML report: ${name}`);
	if (!holds)
		console.log(`  | ${JSON.stringify(detail)}`);
	failed = failed || !holds;
}

// A canvas shows something when its pixels are not all the same.
function paintedCanvases() {
	return [...document.querySelectorAll("canvas")].map((canvas) => {
		const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
		const colours = new Set();

		for (let i = 0; i < data.length && colours.size < 3; i += 4)
			colours.add(`${data[i]} ${data[i + 1]} ${data[i + 2]} ${data[i + 3]}`);
		return colours.size;
	});
}

async function checkFilters(page) {
	const rows = () => page.locator("#clause-table tbody tr").count();
	const all = await rows();

	await page.fill("#clause-search", "DEMO-7");
	const named = await rows();
	await page.fill("#clause-search", "");
	await page.selectOption("#clause-verdict", "violated");
	const violated = await rows();
	await page.selectOption("#clause-verdict", "differs");
	const differs = await rows();
	await page.selectOption("#clause-verdict", "");
	await page.selectOption("#clause-columns", "vmm");
	const columns = await page.locator("#clause-table thead th").count();
	await page.selectOption("#clause-columns", "name");
	expect("the search narrows the clauses", named > 0 && named < all, { all, named });
	expect("the verdict narrows the clauses", violated > 0 && violated < all, { all, violated });
	expect("differences between jobs are found", differs > 0 && differs <= violated, { differs });
	expect("jobs of one VMM share a column", columns === 3, { columns });

	await page.fill("#test-search", "number_3 ");
	const tests = await page.locator("#test-table tbody tr").count();
	expect("the search narrows the tests", tests > 0 && tests < 100, { tests });
	await page.fill("#test-search", "");
}

async function checkFailures(page) {
	const first = page.locator("details.failure").first();

	await first.locator("summary").click();
	const text = await first.innerText();
	await first.locator("summary").click();
	expect("a failure opens and explains itself", /DEMO-\d+ \(MUST\)/.test(text), { text });
	expect("a failure tells how to repeat it", text.includes("virtproof run"), { text });
}

async function main() {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--no-sandbox"] });
	const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, colorScheme: "light" });
	const complaints = [];

	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(String(error)));
	page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || complaints.push(request.url()));

	const start = performance.now();
	await page.goto(`file://${reportPath}`);
	await page.waitForSelector("body[data-ready=yes]", { timeout: 10000 });
	const milliseconds = Math.round(performance.now() - start);

	expect("it opens in under 2 s", milliseconds < 2000, { milliseconds });
	await checkFilters(page);
	await checkFailures(page);
	await page.evaluate(() => document.getElementById("measures").scrollIntoView());
	await page.waitForFunction(() => document.querySelectorAll("canvas").length >= 3, null, { timeout: 5000 });
	const painted = await page.evaluate(paintedCanvases);
	expect("the charts are visible", painted.length >= 3 && painted.every((n) => n > 1), painted);
	if (screenshotPath)
		await page.screenshot({ path: screenshotPath });
	expect("the browser has no complaint, nothing comes from elsewhere", complaints.length === 0, complaints);
	await browser.close();
	process.exit(failed ? 1 : 0);
}

main().catch((error) => {
	console.log(`not ok HTML report: ${error.message.split("\n")[0]}`);
	process.exit(1);
});
