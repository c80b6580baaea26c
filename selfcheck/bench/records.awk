# SPDX-License-Identifier: BSD-2-Clause
# What those that judge the records of a benchmark share: lab.awk, load.awk, jitter.awk, which stand behind this file and may say
# what it is about. The last line is "sums GOOD BAD".

function check(good, what) {
	if (good)
		passed++
	else {
		failed++
		print "test-lab: " about what
	}
}
function number(key) {
	if (!match($0, "\"" key "\":[0-9.]+"))
		return -1
	return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
}
function text(key) {
	match($0, "\"" key "\":\"[^\"]*\"")
	return substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
# All samples lie in the buckets.
function check_sum(name,    list, count, buckets, bucket, n, sum) {
	list = $0
	sub(/.*"buckets":\[\[/, "", list)
	sub(/\]\].*/, "", list)
	count = split(list, buckets, /\],\[/)
	for (n = 1; n <= count; n++) {
		split(buckets[n], bucket, ",")
		sum += bucket[2]
	}
	check(sum + 0 == number("count"), name ": buckets sum to " sum + 0 ", count is " number("count"))
}
function sums() {
	print "sums", passed + 0, failed + 0
}
