# SPDX-License-Identifier: BSD-2-Clause
# Turns tests/driver-clauses.tsv into C: the enumerators (what=header), their names (what=names), or the rows
# (what=table).
# usage: awk -v what=header|names|table -f driver-clauses.awk tests/driver-clauses.tsv
BEGIN { FS = "\t" }
NR == 1 { next }
NF != 5 || $1 !~ /^DRIVER-[A-Z]+-[0-9]+$/ || $3 !~ /^(MUST|SHOULD)( NOT)?$/ || seen[$1]++ {
	print FILENAME ":" NR ": five columns, an id of its own, a level" >"/dev/stderr"
	failed = 1
	exit 1
}
{
	symbol = $1
	gsub(/-/, "_", symbol)
	gsub(/["\\]/, "\\\\&", $4)
	gsub(/["\\]/, "\\\\&", $2)
	names = names "\t" symbol ",\n"
	rows = rows "\t[" symbol "] = {\"" $1 "\", \"" $3 "\", \"" $2 "\", \"" $4 "\", " ($5 ~ /^Not watched/ ? "false" : "true") "},\n"
	ids = ids "\t[" symbol "] = \"" $1 "\",\n"
}
END {
	if (failed)
		exit 1
	print "/* Generated from tests/driver-clauses.tsv. */"
	if (what == "header")
		printf "#ifndef DRIVER_CLAUSES_H\n#define DRIVER_CLAUSES_H\n\n/* What a driver has to do. */\nenum driver_clause {\n%s\tDRIVER_CLAUSE_COUNT,\n};\n\n#endif\n", names
	else if (what == "names")
		printf "static const char *const driver_clause_names[] = {\n%s};\n", ids
	else
		printf "static const struct driver_rule rules[] = {\n%s};\n", rows
}
