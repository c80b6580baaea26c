// SPDX-License-Identifier: BSD-2-Clause
// What scripts that open pages in a headless Chromium share. Their first words are PLAYWRIGHT-CORE and AXE-CORE.
"use strict";

const [, , playwrightPath, axePath] = process.argv;
const { chromium } = require(playwrightPath);

let failed = false;

// expect(NAME, HOLDS, DETAIL), of what the subject says.
exports.expecting = (subject) => (name, holds, detail) => {
	console.log(`${holds ? "ok" : "not ok"} ${subject}: ${name}`);
	if (!holds)
		console.log(`  | ${JSON.stringify(detail)}`);
	failed = failed || !holds;
};

// What axe-core finds, each with the first element that it was found in.
exports.inaccessible = async (page, scheme, options) => {
	await page.emulateMedia({ colorScheme: scheme });
	await page.addScriptTag({ path: axePath });
	const { violations } = await page.evaluate((given) => axe.run(document, given), options);

	return violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 200)]);
};

// A page in light colours, and what it complains of or fetches from anywhere but those schemes.
exports.watchedPage = async (browser, viewport, schemes) => {
	const page = await browser.newPage({ viewport, colorScheme: "light" });
	const complaints = [];

	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(String(error)));
	page.on("dialog", (dialog) => {
		complaints.push(dialog.message());
		dialog.dismiss();
	});
	page.on("request", (request) => schemes.test(request.url()) || complaints.push(request.url()));
	page.on("requestfailed", (request) => complaints.push(`not there: ${request.url()}`));
	return { page, complaints };
};

// Runs it with a browser; the process ends with what has come of it.
exports.run = async (subject, walk) => {
	try {
		const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
			args: ["--no-sandbox"] });

		await walk(browser);
		await browser.close();
	} catch (error) {
		exports.expecting(subject)(error.message.split("\n")[0], false, String(error.stack).split("\n").slice(-3));
	}
	process.exit(failed ? 1 : 0);
};
