# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of the jitter of CPUs: each CPU has each kind of figure, whose buckets sum to its count. The last line
# is "sums GOOD BAD". usage: awk -v cpus=N -f jitter.awk

function check(good, what) {
	if (good)
		passed++
	else {
		failed++
		print "test-lab: jitter: " what
	}
}
function number(key) {
	if (!match($0, "\"" key "\":[0-9.]+"))
		return -1
	return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
}

/^\{"type":"measure"/ && / CPU [0-9]+",/ {
	match($0, /"name":"[^"]*"/)
	name = substr($0, RSTART + 8, RLENGTH - 9)
	seen[name] = /"value":/ ? number("value") : number("count")
	if (!/"buckets":/)
		next
	list = $0
	sub(/.*"buckets":\[\[/, "", list)
	sub(/\]\].*/, "", list)
	count = split(list, buckets, /\],\[/)
	sum = 0
	for (n = 1; n <= count; n++) {
		split(buckets[n], bucket, ",")
		sum += bucket[2]
	}
	check(sum == number("count"), name ": buckets sum to " sum ", count is " number("count"))
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
	print "sums", passed + 0, failed + 0
}
