// SPDX-License-Identifier: BSD-2-Clause
// Distributions and rates as charts. uPlot draws; here is only what it shows.
"use strict";

const charts = (() => {
	const dark = matchMedia("(prefers-color-scheme: dark)").matches;
	const colours = dark ? ["#6cb2ff", "#ff8589", "#4cc38a", "#f1a10d", "#b79bff", "#4fc3d9", "#f78fc0",
		"#a3d65c", "#e4e8ee", "#e0b84c"] : ["#0b5cad", "#c62a2f", "#18794e", "#ad5700", "#7c3aed", "#0e7490",
		"#be185d", "#4d7c0f", "#1d2430", "#a16207"];
	const styled = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	const percentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99];

	// The value at or below which that share of the samples lies: the upper neighbour's lower edge.
	function percentile(buckets, total, share) {
		let seen = 0;

		for (const [lower, count] of buckets) {
			seen += count;
			if (seen >= share * total)
				return lower;
		}
		return buckets.length ? buckets[buckets.length - 1][0] : 0;
	}

	function counted(measure) {
		return (measure.buckets || []).filter(([, count]) => count > 0);
	}

	// uPlot wants one x column for all series: the union, with holes.
	function joined(series) {
		return uPlot.join(series.map(({ x, y }) => [x, y]));
	}

	function draw(parent, title, series, axes) {
		const box = document.createElement("div");

		const ink = { stroke: styled("--ink"), grid: { stroke: styled("--line") }, ticks: { stroke: styled("--line") } };

		box.className = "chart";
		parent.append(box);
		return new uPlot({
			title,
			width: Math.min(560, (parent.clientWidth || 560) - 18),
			height: 320,
			scales: { x: axes.x.scale, y: axes.y.scale },
			axes: [
				{ label: axes.x.label, values: axes.x.values, splits: axes.x.splits, filter: axes.x.filter, ...ink },
				{ label: axes.y.label, size: 70, values: axes.y.values, ...ink },
			],
			series: [{ label: axes.x.label, value: axes.x.value }].concat(series.map((one, i) => ({
				label: one.label,
				stroke: colours[i % colours.length],
				width: 1.5,
				spanGaps: true,
				points: { show: one.x.length < 20 },
			}))),
		}, joined(series), box);
	}

	const logarithmic = { time: false, distr: 3 };
	const short = (self, values) => values.map((v) => v === null ? "" :
		v >= 1e6 ? `${+(v / 1e6).toPrecision(3)}M` : v >= 1e3 ? `${+(v / 1e3).toPrecision(3)}k` : `${+v.toPrecision(3)}`);

	// The x axis of percentiles is logarithmic in the share that is left: 90, 99, 99.9 are equally far. One is drawn where
	// five samples lie beyond it.
	function percentilesChart(parent, name, unit, distributions) {
		const series = distributions.map(({ label, measure }) => {
			const buckets = counted(measure);
			const total = buckets.reduce((sum, [, count]) => sum + count, 0);
			const shares = percentiles.filter((p) => p === 0 || p === 50 || total * (100 - p) >= 500);

			return {
				label,
				x: shares.map((p) => 100 / (100 - p)),
				y: shares.map((p) => percentile(buckets, total, p / 100) || null),
			};
		});
		const name_of = (v) => `${+(100 - 100 / v).toFixed(3)} %`;

		draw(parent, `${name}: percentiles`, series, {
			x: { label: "percentile", scale: logarithmic, splits: () => [1, 2, 10, 100, 1000, 10000],
				filter: (self, splits) => splits,
				values: (self, values) => values.map(name_of), value: (self, v) => v === null ? "" : name_of(v) },
			y: { label: unit, scale: { distr: 3 }, values: short },
		});
	}

	function histogramChart(parent, name, unit, distributions) {
		const series = distributions.map(({ label, measure }) => {
			const buckets = counted(measure).filter(([lower]) => lower > 0);

			return { label, x: buckets.map(([lower]) => lower), y: buckets.map(([, count]) => count) };
		}).filter(({ x }) => x.length);

		if (series.length)
			draw(parent, `${name}: histogram`, series, {
				x: { label: unit, scale: logarithmic, values: short },
				y: { label: "samples", scale: { distr: 3 }, values: short },
			});
	}

	function depthChart(parent, name, unit, rates) {
		const lines = new Map();

		for (const { label, depth, measure } of rates) {
			if (!lines.has(label))
				lines.set(label, []);
			lines.get(label).push([depth, measure.value]);
		}

		const series = [...lines].map(([label, points]) => {
			points.sort((a, b) => a[0] - b[0]);
			return { label, x: points.map((p) => p[0]), y: points.map((p) => p[1]) };
		});

		draw(parent, `${name} by depth`, series, {
			x: { label: "depth", scale: logarithmic, values: short },
			y: { label: unit, scale: { distr: 3 }, values: short },
		});
	}

	return { percentilesChart, histogramChart, depthChart, percentile, counted };
})();
