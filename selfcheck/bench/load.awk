# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of latency under load: each number of others in flight has its figures, they add up, the parts
# make up end to end, the instrument costs next to nothing, the neighbour was busy. The last line is
# "sums GOOD BAD". usage: awk -v samples=N -v loads="1 4" -v beside=TYPE -f load.awk

function check(good, what) {
	if (good)
		passed++
	else {
		failed++
		print "test-lab: under load: " what
	}
}
function number(key) {
	if (!match($0, "\"" key "\":[0-9.]+"))
		return -1
	return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
}
function name_of() {
	match($0, /"name":"[^"]*"/)
	return substr($0, RSTART + 8, RLENGTH - 9)
}

/^\{"type":"measure"/ && /"buckets":/ { count[name_of()] = number("count") }

/^\{"type":"measure"/ && /"value":/ {
	if (name_of() == "TSC offset, uncertainty")
		uncertainty = number("value") > uncertainty ? number("value") : uncertainty
	if (name_of() == "instrument's part of end to end") {
		instruments++
		check(number("value") > 0 && number("value") < 1, "the instrument takes " number("value") " % of what it measures")
	}
	value[name_of()] = number("value")
}

/^\{"type":"note"/ && /longest end to end [0-9]+ ns, [0-9]+ us after the first: kick [0-9]+.*; mean by tenths of the samples: [0-9 ]+"/ { courses++ }

/^\{"type":"test"/ { check($0 ~ /"verdict":"pass"/, $0) }

END {
	numbers = split(loads, load, " ")
	for (n = 1; n <= numbers; n++) {
		for (s = 1; s <= split("spinning halted", states, " "); s++) {
			state = states[s] ", others=" load[n] " beside=" beside
			check(count["end to end t3-t0 " state] == samples && count["intended start to handler " state] == samples,
			      state ": " count["end to end t3-t0 " state] + 0 " samples of " samples)
			missed = value["handler before the observer, " state]
			check(count["to used t2-t0 " state] + missed == samples && count["injection t3-t2 " state] + missed == samples,
			      state ": samples have no t2, and are not counted as such")
			check(value["end to end less its parts, mean, " state] <= 3 + uncertainty,
			      state ": the parts miss end to end by " value["end to end less its parts, mean, " state] " ns")
		}
		check(value["neighbour's requests, others=" load[n] " beside=" beside] > 0, "nobody was busy beside " load[n] " others")
	}
	check(instruments == numbers, "the instrument was measured " instruments + 0 " times")
	check(courses == 2 * numbers, courses + 0 " notes say what happened when")
	print "sums", passed + 0, failed + 0
}
