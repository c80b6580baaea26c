# SPDX-License-Identifier: BSD-2-Clause
# Turns tests/clauses.tsv into C: with -v what=header the enumerators, with -v what=table the texts.
BEGIN {
	FS = "\t"
	level["MUST"] = "LEVEL_MUST"
	level["MUST NOT"] = "LEVEL_MUST_NOT"
	level["SHOULD"] = "LEVEL_SHOULD"
	level["SHOULD NOT"] = "LEVEL_SHOULD_NOT"
	level["MAY"] = "LEVEL_MAY"
	observe["guest"] = "OBSERVED_BY_GUEST"
	observe["host"] = "OBSERVED_BY_HOST"
	observe["none"] = "OBSERVED_BY_NONE"
	if (what == "header")
		print "/* Generated from tests/clauses.tsv. */\nenum clause_id {"
	else
		print "/* Generated from tests/clauses.tsv. */\nconst struct clause clauses[CLAUSE_COUNT] = {"
}

function complain(text) {
	printf "tests/clauses.tsv:%d: %s\n", NR, text > "/dev/stderr"
	failed = 1
	exit 1
}

function quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\""
}

# The place of a text in a list that holds each once.
function place(places, list, text) {
	if (!(text in places)) {
		places[text] = list["count"] + 0
		list[list["count"]++] = text
	}
	return places[text]
}

function print_list(name, list, n) {
	print "const char *const " name "[] = {"
	for (n = 0; n < list["count"]; n++)
		print "\t" quoted(list[n]) ","
	print "};"
}

NR == 1 { next }
NF != 8 { complain("a row has 8 columns, this has " NF) }
{
	if (!($3 in level))
		complain("unknown level \"" $3 "\"")
	if (!($7 in observe))
		complain("unknown observer \"" $7 "\"")
	if ($1 in seen)
		complain("id " $1 " appears twice")
	seen[$1] = 1
	name = $1
	gsub(/-/, "_", name)
	if (what == "header")
		print "\tCLAUSE_" name ","
	else
		printf "\t[CLAUSE_%s] = {%s, %s,\n\t\t%d, %d, %s, %s, %s},\n", name, quoted($1), quoted($6), \
			place(sections, section_list, $2), place(needs, needs_list, $5), level[$3], \
			observe[$7], ($4 == "legacy" ? "true" : "false")
}
END {
	if (failed)
		exit 1
	print (what == "header" ? "\tCLAUSE_COUNT\n};" : "};")
	if (what != "header") {
		print_list("clause_sections", section_list)
		print_list("clause_needs", needs_list)
	}
}
