# SPDX-License-Identifier: BSD-2-Clause
# Judges the records of latency under load: each number of others in flight has its figures, they add up, the parts
# make up end to end, the instrument costs next to nothing, the neighbour was busy.
# usage: awk -v samples=N -v loads="1 4" -v beside=TYPE -f records.awk -f load.awk

BEGIN { about = "under load: " }

/^\{"type":"measure"/ && /"buckets":/ { count[text("name")] = number("count") }

/^\{"type":"measure"/ && /"value":/ {
	if (text("name") == "TSC offset, uncertainty")
		uncertainty = number("value") > uncertainty ? number("value") : uncertainty
	if (text("name") == "instrument's part of end to end") {
		instruments++
		check(number("value") > 0 && number("value") < 1, "the instrument takes " number("value") " % of what it measures")
	}
	value[text("name")] = number("value")
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
	sums()
}
