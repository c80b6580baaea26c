#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# docs/records.schema.json: what it says is what the pages say, and what the program writes; test_qemu.sh has the image's.
. "$(dirname "$0")/common.sh"

docs=$here/../../docs
schema=$docs/records.schema.json
cd "$folder" || exit 1

# A line a type with the names of its fields, of the schema and of the tables of both pages.
perl -MJSON::PP -0777 -ne 'my $definitions = decode_json($_)->{definitions};
	for (sort keys %$definitions) {
		print "$_: ", join(" ", sort keys %{$definitions->{$_}{properties}}), "\n" if $definitions->{$_}{properties};
	}' "$schema" >of-schema
for page in records host; do
	sed -n '/^| type |/,/^$/p' "$docs/$page.md"
done | perl -ne 'my @columns = split /\|/;
	next unless $columns[1] =~ /^ (`[a-z_]+`(, )?)+ $/;
	my $fields = $columns[-2];
	# What is in brackets explains.
	1 while $fields =~ s/\([^()]*\)//;
	$fields =~ s/\{[^}]*\}//g;
	for my $type ($columns[1] =~ /`([a-z_]+)`/g) {
		$fields{$type}{$_} = 1 for $fields =~ /`([a-z_0-9]+)`/g;
	}
	END { print "$_: ", join(" ", sort keys %{$fields{$_}}), "\n" for sort keys %fields; }' >of-pages
diff of-schema of-pages >out
expect "the schema has the types and fields of the pages" [ ! -s out ]
expect "and they have all" [ "$(wc -l <of-pages)" -ge 34 ]

if ! fetch_modules ajv; then
	echo "skip records against their schema: ajv is not to be had from the npm registry"
	exit 0
fi
check_records() {
	node "$here/records_schema.js" "$modules/ajv" "$schema" "$@" >out 2>&1
}

# What the program adds; the records of a stand-in for the image are not all that the image's are.
run_stand_in -q --log crashed -- --crash 3 --say 5 --fail 5
run_stand_in -q --log again -- --fault 3 --fail 3
run_stand_in -q --log behind -- --fail 9 --behind 5
printf 'device.gone\t*\t*\tskip\tharm\n' >harm
run_stand_in -q --log left-out -e harm
grep -h '"type":"\(job\|end\|boot\|vmm\|confirmed\|output\)"\|"outcome":' crashed again behind left-out >added
check_records added
expect "all that the program adds fits" says "fine: $(wc -l <added)"
expect "each type of it was there" says "types: boot confirmed end job output test vmm"

# And what does not fit is found.
spoil() {
	sed "$2" added >spoilt
	check_records spoilt
	expect "$1 is found" [ "$(grep -c "^spoilt: " out)" -ge 1 ]
}
spoil "a field that is renamed" 's/"words":/"sentence":/'
spoil "a field that is new" 's/"status":/"new":0,&/'
spoil "a field that is gone" 's/"machine":"[^"]*",//'
spoil "a type that is new" 's/"type":"end"/"type":"finish"/'
spoil "a number for a text" 's/"fault":"[^"]*"/"fault":7/'
spoil "a word that means nothing" 's/"event":"vmm-died"/"event":"vmm-slept"/'
