# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of a run of the interrupt lab on two devices: buckets sum to the count, quantiles are
# in order, the parts of a sample make up its end to end, nothing is missing.
# usage: awk -v samples=N -f records.awk -f lab.awk

/^\{"type":"measure"/ && /"buckets":/ {
	name = text("device") " " text("name")
	check_sum(name)
	p90 = number("p90") < 0 ? number("p50") : number("p90")
	p99 = number("p99") < 0 ? p90 : number("p99")
	check(number("min") <= number("p50") && number("p50") <= p90 && p90 <= p99 && p99 <= number("max") &&
	      number("min") <= number("mean") && number("mean") <= number("max"),
	      name ": quantiles are out of order")
	check((number("p99") >= 0) == (number("count") >= 500) && (number("p999") >= 0) == (number("count") >= 5000),
	      name ": a percentile is told that " number("count") " samples do not carry, or not told that they do")
	check(number("stddev") >= 0 && number("stddev") <= number("max"), name ": no standard deviation")
	if (name ~ /t3-t0|kick|handler and EOI|opening/) {
		check(number("count") == samples, name ": " number("count") " samples of " samples)
		check(number("min") > 0, name ": some took no time at all")
	}
	if (name ~ /t2-t0|t3-t2|t2-t1/)
		counted[name] = number("count")
	seen[text("name")]++
	median[name] = number("p50")
	devices[text("device")]
}

/^\{"type":"measure"/ && /"value":/ { value[text("device") " " text("name")] = number("value") }

END {
	for (device in devices) {
		check((device " TSC offset, uncertainty") in value && value[device " TSC offset, uncertainty"] > 0,
		      device ": the clocks of the CPUs were not compared")
		check((device " noise stolen time") in value, device ": the noise was not measured")
		for (n = 1; n <= split("spinning halted", states, " "); n++) {
			state = states[n]
			missed = value[device " handler before the observer, " state]
			early = value[device " used before the kick returned, " state]
			rest = value[device " end to end less its parts, mean, " state]
			# Three roundings, and what is negative within the uncertainty counts as 0.
			check(rest <= 3 + value[device " TSC offset, uncertainty"],
			      device " " state ": the parts miss end to end by " rest " ns")
			check(counted[device " to used t2-t0 " state] + missed == samples &&
			      counted[device " injection t3-t2 " state] + missed == samples,
			      device " " state ": samples have no t2, and are not counted as such")
			check(counted[device " device t2-t1 " state] + early + missed == samples,
			      device " " state ": samples have no device time, and are not counted as such")
			check(missed < samples, device " " state ": the observer has seen nothing in time")
		}
		printf "test-lab: %s: end to end p50 %d ns spinning, %d ns halted; injection %d and %d ns\n",
			device, median[device " end to end t3-t0 spinning"],
			median[device " end to end t3-t0 halted"],
			median[device " injection t3-t2 spinning"],
			median[device " injection t3-t2 halted"]
		ipi = median[device " control IPI to handler halted"]
		if (!ipi)
			continue
		running = median[device " control IPI to handler spinning"]
		check(ipi > 1.2 * running,
		      "a halted CPU takes an IPI after " ipi " ns, a spinning one after " running)
		printf "test-lab: IPI to handler p50 %d ns spinning, %d ns halted\n", running, ipi
	}
	check(seen["end to end t3-t0 spinning"] == 2, "not every device was measured spinning")
	check(seen["end to end t3-t0 halted"] == 2, "not every device was measured halted")
	check(seen["opening to handler closed"] == 2, "not every device was measured closed")
	check(seen["control cpuid"] == 1, "the controls were not taken once")
	check(seen["control IPI to handler halted"] == 1, "no IPI to a halted CPU was measured")
	sums()
}
