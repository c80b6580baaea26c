# SPDX-License-Identifier: BSD-2-Clause
# tests/clauses.tsv, selfcheck/clauses/host.tsv and records of runs in, docs/coverage.md out.

# The value of a text field of a record; ids, verdicts and reasons hold no escapes but \" .
function field(name,    at, rest) {
	at = index($0, "\"" name "\":\"")
	if (!at)
		return ""
	rest = substr($0, at + length(name) + 4)
	return substr(rest, 1, match(rest, /[^\\]"/) ? RSTART : index(rest, "\"") - 1)
}

# Of several reasons the one that says most.
function weight(why) {
	if (why == "")
		return 0
	if (why == "no device offers what it needs")
		return 1
	if (why == "no test judges it" || why == "needs the host")
		return 2
	return 3
}

function share(part, all) {
	return all ? sprintf("%d %%", 100 * part / all) : ""
}

BEGIN { FS = "\t" }

FILENAME ~ /\/host\.tsv$/ {
	if ($1 !~ /^#/)
		beyond[$1] = $2
	next
}

FILENAME ~ /clauses\.tsv$/ {
	if (FNR == 1)
		next
	order[++clauses] = $1
	area = $1
	sub(/-.*/, "", area)
	if (!(area in seen)) {
		seen[area] = 1
		areas[++area_count] = area
	}
	area_of[$1] = area
	observer[$1] = $7
	legacy[$1] = $4 == "legacy"
	level[$1] = $3
	statement[$1] = $6
	next
}

index($0, "{\"type\":\"clause\"") == 1 {
	id = field("id")
	met[area_of[id]] = 1
	if (field("verdict") == "violated" || result[id] != "violated")
		result[id] = field("verdict")
}

index($0, "{\"type\":\"unjudged\"") == 1 {
	why = field("why")
	for (n = split(field("ids"), ids, " "); n > 0; n--) {
		met[area_of[ids[n]]] = 1
		if (weight(why) > weight(reason[ids[n]]))
			reason[ids[n]] = why
	}
}

# Begins a chapter with a table: its head and the names of its columns.
function table(head, columns) {
	print "\n## " head "\n\n| " columns " |"
	gsub(/[^|]+/, "---", columns)
	print "|" columns "|"
}

END {
	for (n = 1; n <= clauses; n++) {
		id = order[n]
		area = area_of[id]
		if (observer[id] == "host") {
			host[area]++
			if (legacy[id])
				beyond[id] = "the legacy interface, by which no device of this run is driven"
			else if (reason[id] == "no device offers what it needs")
				beyond[id] = reason[id]
			if (result[id] != "")
				delete beyond[id]
			if (id in beyond)
				continue
			drivable[area]++
			host_judged[area] += result[id] != ""
			continue
		}
		if (observer[id] != "guest")
			continue
		guest[area]++
		if (result[id] == "holds")
			holds[area]++
		else if (result[id] == "violated")
			violated[area]++
		else if (legacy[id])
			old[area]++
		else if (reason[id] == "no device offers what it needs")
			absent[area]++
		else
			left[area]++
	}

	print "# Which clauses are judged"
	print ""
	print "Written by `make coverage-clauses` from complete runs on QEMU " version ", with split and with packed"
	print "rings and with the help of the program on the host, over every device type that both QEMU and the suite"
	print "know. A clause counts as judged when a check of it came to a verdict on some device."
	print ""
	print "- *guest*: clauses that a guest alone can see broken. Of these:"
	print "- *holds*, *violated*: judged. What QEMU violates is explained in `known/expect/`."
	print "- *legacy*: bind the legacy interface, by which no device of this run is driven."
	print "- *not offered*: need a feature that no device of these runs offers. Most have tests all the same, tried on"
	print "  devices that pretend (`make test-sabotage`)."
	print "- *left*: could be judged here and were not; why, is said below."
	print "- *share*: judged, of those that are neither legacy nor not offered."
	print "- *host*: clauses that need the host's help. Of these:"
	print "- *drivable*: what the monitor of QEMU, its properties or files on the host can bring about; why not,"
	print "  is said below. *judged*: how many of these were, with the help of `virtproof run`."
	print ""
	print "| area | guest | holds | violated | legacy | not offered | left | share | host | drivable | judged | share |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (a = 1; a <= area_count; a++) {
		area = areas[a]
		if (!(area in met)) {
			without = without (without ? ", " : "") area
			continue
		}
		judged = holds[area] + violated[area]
		printf "| %s | %d | %d | %d | %d | %d | %d | %s | %d | %d | %d | %s |\n", area, guest[area],
			holds[area], violated[area], old[area], absent[area], left[area],
			share(judged, judged + left[area]), host[area], drivable[area], host_judged[area],
			share(host_judged[area], drivable[area])
	}
	print ""
	print "No device of these areas takes part yet: " without "."

	table("Judged as violated", "clause | level | what it asks for")
	for (n = 1; n <= clauses; n++) {
		id = order[n]
		if (result[id] == "violated")
			printf "| %s | %s | %s |\n", id, level[id], statement[id]
	}

	table("Left, and why", "clause | level | why it is not judged")
	for (n = 1; n <= clauses; n++) {
		id = order[n]
		if (observer[id] != "guest" || !(area_of[id] in met) || result[id] != "" || legacy[id] ||
		    reason[id] == "no device offers what it needs")
			continue
		printf "| %s | %s | %s |\n", id, level[id], reason[id] ? reason[id] : "no record of it"
	}

	table("Needs the host, and is not judged", "clause | level | drivable | why it is not judged")
	for (n = 1; n <= clauses; n++) {
		id = order[n]
		if (observer[id] != "host" || !(area_of[id] in met) || result[id] != "")
			continue
		printf "| %s | %s | %s | %s |\n", id, level[id], id in beyond ? "no" : "yes",
			id in beyond ? beyond[id] : reason[id]
	}
}
