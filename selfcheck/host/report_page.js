// SPDX-License-Identifier: BSD-2-Clause
// Opens the HTML report in a headless Chromium and uses it.
// usage: node report_page.js PLAYWRIGHT-CORE AXE-CORE REPORT.html HOSTILE.html MANY.html [SCREENSHOT.png]
"use strict";

const { performance } = require("perf_hooks");
const { expecting, inaccessible, watchedPage, run } = require("./browser.js");
const [, , , , reportPath, hostilePath, manyPath, screenshotPath] = process.argv;
const specification = "https://docs.oasis-open.org/virtio/virtio/v1.4/cs01/virtio-v1.4-cs01.html";
const expect = expecting("HTML report");

// The same of what is about seconds.
function expectTimely(name, holds, detail) {
	if (!holds && process.env.BUSY === "yes")
		console.log(`skip HTML report: ${name}: other processes keep the CPUs busy`);
	else
		expect(name, holds, detail);
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
	await page.fill("#clause-search", "not consumed before");
	const said = await page.locator("#clause-table tbody tr").allInnerTexts();
	const [place] = await page.locator("#clause-table tbody a").evaluateAll((links) => links.map((link) => [link.textContent, link.href]));
	await page.fill("#clause-search", "");
	const order = (await page.locator("#clause-table tbody th").allInnerTexts()).slice(0, 3).join(" ");
	await page.selectOption("#clause-verdict", "violated");
	const violated = await rows();
	await page.selectOption("#clause-verdict", "differs");
	const differs = await rows();
	await page.selectOption("#clause-verdict", "");
	await page.selectOption("#clause-columns", "vmm");
	const columns = await page.locator("#clause-table thead th").count();
	await page.selectOption("#clause-columns", "name");
	expect("the search narrows the clauses", named > 0 && named < all, { all, named });
	expect("clauses are found by what they ask for", said.length === 1 && /^STATUS-1\s.*DRIVER_OK/s.test(said[0]), said);
	expect("a clause leads to its section", place && place[0] === "2.1.2" && place[1] === `${specification}#x1-130002`, place);
	expect("they are in the order of the specification, where they are of it", order === "STATUS-1 RESET-1 BLK-INIT-1", order);
	expect("the verdict narrows the clauses", violated > 0 && violated < all, { all, violated });
	expect("differences between jobs are found", differs > 0 && differs <= violated, { differs });
	expect("jobs of one VMM share a column", columns === 4, { columns });

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

// The button takes the command and nothing else.
async function checkCopy(page) {
	const card = page.locator("details.failure").first();

	await card.locator("summary").first().click();
	const command = await card.locator(".repeat pre").innerText();

	await card.locator(".repeat button").click();
	const taken = await page.evaluate(() => String(getSelection()));
	const said = await card.locator(".repeat button").innerText();

	await card.locator("summary").first().click();
	expect("a button copies the command", taken === command && said === "copied", { taken, command, said });
}

// A job leads to its faults.
async function checkJob(page) {
	await page.click('#job-table a:text-is("job-3")');
	const cards = await page.locator("details.failure").allInnerTexts();

	await page.fill("#failure-search", "");
	await page.selectOption("#failure-kind", "unexpected");
	expect("a job leads to its faults", cards.length === 1 && cards[0].includes("DEMO-3"), cards);
}

// What was not judged stands there without a click, how deep each device was judged behind one.
async function checkDepths(page) {
	const lines = await page.locator("#job-table > p").allInnerTexts();
	const rows = await page.locator("#job-table details tbody tr").evaluateAll((all) => all.map((row) =>
		[...row.cells].map((one) => one.textContent).join(" ")));

	expect("what was not judged of each device is told", lines.length === 10 &&
		lines[0].startsWith("not judged: behaviour of 00:04.0 (net): no test of the type"), lines);
	expect("and how deep each was judged", rows[0] === "job-1 00:03.0 blk not judged 50 50" &&
		rows[1] === "job-1 00:04.0 net 50 50 not judged", rows.slice(0, 2));
}

// Colour and form, and the clause in sight however far one scrolls.
async function checkGrid(page) {
	const cells = await page.locator("#clause-table td.sign").evaluateAll((found) => [...new Set(found.map((cell) =>
		`${cell.className} ${cell.innerText.replace(/\s+/g, " ")}`))].sort());
	const places = await page.locator("#clause-table").evaluate((box) => {
		const head = box.querySelector("tbody th"), cell = box.querySelector("tbody td.sign");
		const left = () => [head, cell].map((element) => Math.round(element.getBoundingClientRect().left));
		const before = left();

		box.style.width = "20rem";
		box.scrollLeft = 200;
		const behind = left();

		box.style.width = "";
		box.scrollLeft = 0;
		return { before, behind };
	});

	expect("a verdict has a form besides its colour", cells.join() === "sign holds ○ holds,sign violated ● violated", cells);
	expect("the clause stays when the grid is scrolled", places.behind[0] === places.before[0] &&
		places.behind[1] < places.before[1], places);
}

// They are drawn when they come into sight.
async function openCharts(page) {
	await page.evaluate(async () => {
		for (const one of document.querySelectorAll("#measures details")) {
			one.open = true;
			one.scrollIntoView();
			await new Promise((done) => setTimeout(done, 200));
		}
	});
}

// What lies behind a chart is as dark as the page.
async function checkDarkCharts(browser, path) {
	const page = await browser.newPage({ colorScheme: "dark" });

	await page.goto(path);
	await page.waitForSelector("body[data-ready=yes]");
	await openCharts(page);
	await page.waitForSelector("canvas");
	const light = await page.evaluate(() => [...document.querySelectorAll("canvas")].flatMap((canvas) => {
		const backs = [];

		for (let element = canvas; element; element = element.parentElement)
			backs.push(getComputedStyle(element).backgroundColor);
		const back = backs.find((colour) => !/, 0\)$/.test(colour)) || "rgb(255, 255, 255)";

		return /\d+/.exec(back)[0] > 99 ? [back] : [];
	}));

	expect("charts are dark on a dark page", light.length === 0, light);
	await page.close();
}

// What the matrix of QEMU comes to.
async function checkMany(browser, path) {
	const page = await browser.newPage();
	const start = performance.now();

	await page.goto(path);
	await page.waitForSelector("body[data-ready=yes]");
	const milliseconds = Math.round(performance.now() - start);
	const all = await page.innerText("#test-count");

	await page.fill("#test-search", "number_1030");
	const last = await page.locator("#test-table tbody tr").count();
	const faults = await page.locator("details.failure").count();

	expectTimely("41,200 tests open in under 4 s", milliseconds < 4000, { milliseconds });
	expect("41,200 tests are there", all === "41200 of 41200" && last === 40, { all, last });
	expect("a fault of 40 VMMs is a card each", faults === 800, { faults });
	await page.close();
}

// What a fault breaks can be read where it is published.
async function checkSections(page) {
	const broken = page.locator("details.failure", { hasText: "BLK-INIT-1" });

	await broken.locator("summary").first().click();
	const links = await broken.locator(".required a").evaluateAll((found) => found.map((link) => [link.textContent, link.href]));

	await broken.locator("summary").first().click();
	expect("a fault leads to the section that is broken", links.length === 1 && /^5\.2\./.test(links[0][0]) &&
		links[0][1].startsWith(`${specification}#x1-`), links);
}

async function checkNarrow(browser, path) {
	const page = await browser.newPage({ viewport: { width: 400, height: 800 } });

	await page.goto(path);
	await page.waitForSelector("body[data-ready=yes]");
	const width = await page.evaluate(() => document.documentElement.scrollWidth);

	expect("it fits 400 pixels", width <= 400, { width });
	await page.close();
}

// Nothing is cut off at the edge of paper, and what is empty says so.
async function checkPaper(browser, path) {
	const page = await browser.newPage({ viewport: { width: 718, height: 1000 } });

	await page.goto(path);
	await page.waitForSelector("body[data-ready=yes]");
	await page.emulateMedia({ media: "print" });
	await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
	const told = await page.locator("details.failure").evaluateAll((cards) => cards.filter((card) =>
		card.innerText.includes("To repeat it")).length);

	expect("each fault is told to its end on paper", told === 10, { told });
	expect("what is left out on paper is counted", (await page.innerText("#test-table > p")).includes("1500 of 2000 are not shown"),
		await page.innerText("#test-table > p"));
	await page.emulateMedia({ media: "screen" });
	await page.fill("#failure-search", "no such fault");
	await page.emulateMedia({ media: "print" });
	const width = await page.evaluate(() => document.documentElement.scrollWidth);

	expect("it fits paper", width <= 718, { width });
	expect("what is empty says so", (await page.innerText("#failure-list")) === "None.", await page.innerText("#failure-list"));
	await page.close();
}

// A link with filters shows the same to others.
async function checkAddress(page, browser) {
	await page.fill("#test-search", "number_3 ");
	const other = await browser.newPage();

	await other.goto(page.url());
	await other.waitForSelector("body[data-ready=yes]");
	const same = await other.inputValue("#test-search") === "number_3 " &&
		await other.locator("#test-table tbody tr").count() === await page.locator("#test-table tbody tr").count();

	expect("filters stand in the address", same, { url: page.url() });
	await other.close();
	await page.fill("#test-search", "");
}

async function checkAllTests(page) {
	const rows = () => page.locator("#test-table tbody tr").count();
	const few = await rows();

	while (await page.locator("#test-table > p button").isVisible())
		await page.locator("#test-table > p button").click();
	const all = await rows();

	expect("all tests can be reached", few < all && all === 2000, { few, all });
}

// Text of a hostile guest stays text.
async function checkHostile(browser, path) {
	const page = await browser.newPage();
	let dialogs = 0;

	page.on("dialog", (dialog) => {
		dialogs++;
		dialog.dismiss();
	});
	await page.goto(path);
	await page.waitForSelector("body[data-ready=yes]");
	await page.locator("details.failure summary").first().click();
	const text = await page.locator("#failure-list").innerText();

	expect("hostile text stays text", dialogs === 0 && text.includes("</script><script>alert(1)</script>"), { dialogs, text });
	await page.close();
}

async function walk(browser) {
	const { page, complaints } = await watchedPage(browser, { width: 1400, height: 1000 }, /^(file|data|blob):/);

	const start = performance.now();
	await page.goto(`file://${reportPath}`);
	await page.waitForSelector("body[data-ready=yes]", { timeout: 10000 });
	const milliseconds = Math.round(performance.now() - start);

	expectTimely("it opens in under 2 s", milliseconds < 2000, { milliseconds });
	await checkFilters(page);
	await checkGrid(page);
	await checkDepths(page);
	await checkFailures(page);
	await checkCopy(page);
	await checkJob(page);
	await checkSections(page);
	expect("its head says what matters", /^stand-in 1\.2\.3, .*: 10 faults that nobody expected; /.test(
		await page.innerText("#head")), await page.innerText("#head"));
	await checkAddress(page, browser);
	await checkAllTests(page);
	await checkNarrow(browser, `file://${reportPath}`);
	await checkPaper(browser, `file://${reportPath}`);
	await checkHostile(browser, `file://${hostilePath}`);
	await checkDarkCharts(browser, `file://${reportPath}`);
	await checkMany(browser, `file://${manyPath}`);
	expect("each distribution has its shape",
		(await page.locator("td.spark").allInnerTexts()).some((text) => /[▁-█]/.test(text)));
	await openCharts(page);
	await page.waitForFunction(() => document.querySelectorAll("canvas").length >= 3, null, { timeout: 5000 });
	const painted = await page.evaluate(paintedCanvases);
	expect("the charts are visible", painted.length >= 3 && painted.every((n) => n > 1), painted);
	if (screenshotPath)
		await page.screenshot({ path: screenshotPath });
	expect("the browser has no complaint, nothing comes from elsewhere", complaints.length === 0, complaints);
	// A few rows of each kind are as good as thousands, and quicker.
	await page.fill("#test-search", "number_3 ");
	await page.fill("#clause-search", "DEMO-7");
	await page.locator("details.failure summary").first().click();
	for (const scheme of ["light", "dark"]) {
		const found = await inaccessible(page, scheme, { resultTypes: ["violations"] });

		expect(`axe-core finds nothing, ${scheme}`, found.length === 0, found);
	}
}

run("HTML report", walk);
