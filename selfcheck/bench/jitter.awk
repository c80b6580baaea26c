# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of the jitter of CPUs: each CPU has each kind of figure, whose buckets sum to its count.
# usage: awk -v cpus=N -f records.awk -f jitter.awk

BEGIN { about = "jitter: " }

/^\{"type":"measure"/ && / CPU [0-9]+",/ {
	name = text("name")
	seen[name] = /"value":/ ? number("value") : number("count")
	if (!/"buckets":/)
		next
	check_sum(name)
	check(number("max") >= number("p50"), name ": the longest is not the longest")
}

/^\{"type":"note"/ && /[0-9]+ s; timer overshoot, halted [0-9]+ us \(CPU [0-9]+, at [0-9.]+ s\)/ { longest++ }

END {
	for (cpu = 0; cpu < cpus; cpu++) {
		check(seen["timer overshoot, halted CPU " cpu] > 100, "CPU " cpu ": too few naps")
		check(seen["IPI to spinning CPU " cpu] >= 50, "CPU " cpu ": too few interrupts while it spins")
		check(!cpu || seen["IPI to halted CPU " cpu] >= 50, "CPU " cpu ": too few interrupts while it halts")
		check(("stolen time CPU " cpu) in seen, "CPU " cpu ": how much of its time was stolen is not told")
	}
	check(longest == 1, "the longest are told " longest + 0 " times")
	sums()
}
