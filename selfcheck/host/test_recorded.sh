#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# virtproof compare on runs of a real VMM that were recorded (runs.tsv): the same against itself, and with something planted in
# every run of B. How much so noisy a machine lets one see is part of what is judged.
. "$(dirname "$0")/common.sh"

# records FIRST STEP COUNT PATTERN FACTOR: as a file of records those runs, figures whose names match multiplied.
records() {
	awk -F'\t' -v first="$1" -v step="$2" -v count="$3" -v pattern="$4" -v factor="$5" '
	!/^#/ { lines[++figures] = $0 }
	END {
		for (n = 0; n < count; n++) {
			print "{\"type\":\"job\",\"name\":\"recorded\",\"vmm\":\"qemu\",\"version\":\"7.2\",\"machine\":\"q35\",\"accelerator\":\"tcg\",\"ends\":1}"
			print "{\"type\":\"run\",\"schema\":1,\"cpus\":2,\"tsc_khz\":2596102}"
			for (f = 1; f <= figures; f++) {
				split(lines[f], fields, "\t")
				name = fields[2]
				value = fields[5 + (first - 1 + n * step) % 40] * (name ~ pattern ? factor : 1)
				head = "{\"type\":\"measure\",\"name\":\"" name "\",\"device\":\"" fields[1] "\",\"variant\":\"\",\"unit\":\"" fields[4] "\","
				if (fields[3] == "value")
					print head "\"value\":" value "}"
				else if (fields[3] == "p50")
					median = value
				else
					print head "\"count\":1000,\"p50\":" median ",\"p99\":" value ",\"buckets\":[[" median ",1000]]}"
			}
			print "{\"type\":\"summary\",\"pass\":0,\"fail\":0,\"warn\":0,\"skip\":0,\"error\":0}"
			print "{\"type\":\"end\",\"status\":0}"
		}
	}' "$here/runs.tsv"
}

# judged COUNT PATTERN FACTOR [FIRST]: so many runs a side, every other one of B's, where it is planted.
judged() {
	local first=${4:-1}
	records "$first" 2 "$1" '^$' 1 >"$folder/a"
	records $((first + 1)) 2 "$1" "$2" "$3" >"$folder/b"
	status=0
	virtproof compare "$folder/a" "$folder/b" >"$folder/out" 2>&1 || status=$?
}

# The same against itself, in as many parts as there are.
alarms=0
for first in 1 11 21 31; do
	judged 5 '^$' 1 $first
	[ "$status" -eq 0 ] || alarms=$((alarms + 1))
	judged 8 '^$' 1 $first
	[ "$status" -eq 0 ] || alarms=$((alarms + 1))
done
expect "runs of the same are not worse: $alarms of 8 comparisons" [ $alarms -eq 0 ]
judged 20 '^$' 1
expect "nor are twenty of them" status_is 0
expect "what so noisy runs can see is said" grep -q "smallest change that would have been seen: .*end to end [0-9]* %" "$folder/out"

for count in 5 6 8; do
	judged $count '^end to end' 10
	expect "ten times slower is found by $count runs a side" status_is 1
done
expect "by what it is" says "figures: B is worse: end to end t3-t0"
judged 8 '^end to end' 2
expect "twice as slow is found by eight" status_is 1
judged 20 '^end to end' 1.3
expect "three tenths slower are found by twenty" status_is 1
judged 20 '^boot' 2
expect "a boot twice as long is found by twenty" says "figures: B is worse: boot to the first record is "
judged 4 '^end to end' 10
expect "four runs a side tell nothing" says "too few runs to tell anything"
expect "and do not fail" status_is 0

# Rates of a guest that spins, while sixteen others want two processors, are anything.
judged 20 '\.requests ' 0.7
expect "30 % fewer requests are found, or such a loss is said to be beyond what is seen" \
	awk '/^figures: B is worse: .*requests/ { good = 1 } match($0, /requests a second [0-9]+ %/) { split(substr($0, RSTART), words, " "); good = good || words[4] > 30 } END { exit !good }' "$folder/out"
judged 20 '\.requests ' 0.02
expect "what is left of them at 2 % is" grep -q "^figures: B is worse: .*\.requests " "$folder/out"
