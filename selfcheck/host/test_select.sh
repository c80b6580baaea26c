#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Which tests a user's words choose, told without a VMM; parts of a run, limits of time, one step of a bisection.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1
catalogue=$build/virtproof.catalogue
awk -F'\t' '$1 == "test" { print $2 }' "$catalogue" | sort >all
# Each section of the catalogue has its place in the published specification, or is told to have none.
unplaced() {
	head -n 9 "$here/../../tests/sections.tsv" >few.tsv
	! "$build/catalogue" "${catalogue%.catalogue}.debug.elf" few.tsv "$here/../../tests/clauses.tsv" >out 2>&1 &&
		says "has no place in tests/sections.tsv"
}
expect "a section without a place ends the build" unplaced
# The real image's tests in front of a VMM that is none.
sed 's/^image=none/image=elf/' "$here/stand-in.ini" >with-image.ini
run_with_image() {
	status=0
	virtproof run --vmm ./with-image.ini --program "$build/host/stand-in" "$@" >out 2>&1 || status=$?
}
listed() {
	status=0
	virtproof run --program nothing-there --list-tests "$@" >out 2>&1 || status=$?
	sed -n 's/^\([a-z0-9_]*\.[a-z0-9_]*\): .*/\1/p' out | sort
}
# The value of a word in the last run's command line.
word() {
	sed -n 's/.*"cmdline":"\([^"]*\)".*/\1/p' log | head -1 | tr ' ' '\n' | sed -n "s/^vp\.$1=//p" | tail -1
}
# What globs with commas between match of all tests, by the shell.
matched() {
	local name glob globs
	IFS=, read -ra globs <<<"$1"
	while read -r name; do
		for glob in "${globs[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name == $glob ]] && echo "$name" && break
		done
	done <all
}

listed >some
expect "all tests are listed without a VMM" cmp -s some all
expect "that is no failure" status_is 0
expect "with what they judge" says "  PCI-COMMON-5"
expect "a list can be chosen from" [ "$(listed -t 'rng.*,ring.split_used_length_is_true' | grep -vc '^rng\.')" = 1 ]
expect "and left out of" [ "$(listed -t 'rng.*' --skip 'rng.*' | wc -l)" = 0 ]
listed -t blk >some
expect "a type has its own tests and those of any" [ "$(grep -c '^net\.' some)/$(grep -c '^blk\.\|^ring\.split' some)" = "0/$(grep -c '^blk\.\|^ring\.split' all)" ]
expect "leaving out a type leaves those of any" [ "$(listed --skip blk | grep -c '^blk\.\|^ring\.split')" = "$(grep -c '^ring\.split' all)" ]

for group in quick device hostile; do
	awk -F'\t' -v group=$group '$1 == "test" && " " $4 " " ~ " " group " " { print $2 }' "$catalogue" | sort >wanted
	expect "there are tests in the group $group, and others" [ -s wanted -a "$(wc -l <wanted)" -lt "$(wc -l <all)" ]
	run_with_image -q -t $group --log log
	matched "$(word tests)" >some
	expect "the image is told those of the group $group, and no other" cmp -s wanted some
	expect "in few words: $group" [ "$(word tests | wc -c)" -lt 700 ]
done
expect "no group is named as a suite or a type" [ -z "$(cut -d. -f1 all | grep -x 'quick\|device\|hostile\|bench')" ]
run_with_image -q -t bench --log log
expect "benchmarks are a mode of the image" grep -q '"cmdline":"[^"]*vp\.bench' log
run_with_image -t bench,ring
expect "which goes with nothing else" says "benchmarks are run instead of tests"

for words in "-t rnig.split*" "--skip ring.nothing" "-t NET-RX-99" "-t hotsile" "-t rng,teapot"; do
	# shellcheck disable=SC2086 # two words
	run_with_image $words
	expect "what names nothing is refused: $words" says "no test, suite, group, clause or device type is named"
	expect "before anything is started: $words" status_is 2
done
run_with_image -t hotsile
expect "what was meant is said" says "did you mean 'hostile'?"
run_with_image -t trnasport.status
expect "of a suite, too" says "did you mean 'transport'?"

# Parts: each test in one of them, by the time that tests took before.
for n in 1 2 3 4; do
	run_with_image -q --shard $n/4 --log log
	matched "$(word skip)" | comm -23 all - >part$n
	expect "a part is told in few words: $n" [ "$(word skip | wc -c)" -lt 700 ]
	expect "a part has about its share: $n" [ $(($(wc -l <part$n) * 4 - $(wc -l <all))) -le 8 ]
done
expect "each test is in one part" cmp -s all <(sort part?)
long=$(sed -n 100p all)
{
	echo '{"type":"job","name":"x"}'
	while read -r name; do
		us=100
		[ "$name" != "$long" ] || us=9000000
		echo "{\"type\":\"test\",\"suite\":\"${name%%.*}\",\"test\":\"${name#*.}\",\"verdict\":\"pass\",\"us\":$us}"
	done <all
} >times.log
for n in 1 2; do
	run_with_image -q --shard $n/2 --times times.log --log log
	matched "$(word skip)" | comm -23 all - >part$n
done
expect "a long test weighs as long as it takes" [ "$(cat part1 part2 | wc -l)/$(grep -lx "$long" part1 part2 | wc -l)" = "$(wc -l <all)/1" ]
expect "the parts last as long as can be" [ "$(grep -c . part1)/$(grep -c . part2)" = "100/$(($(wc -l <all) - 100))" ]
run_with_image --shard 1/2 --times nowhere.log
expect "times have to be there" says "nowhere.log"
run_stand_in --shard 1/2
expect "where tests are not known there are no parts" says "which tests the image has is not known"
for value in 0/2 3/2 1 1/x 1/2/3 -1/2; do
	run_with_image --shard=$value
	expect "no part is $value" says "'$value' is no part"
done

# Another order, and another again.
run_with_image -q --shuffle 7 --log log
expect "the image is told to take another order" [ "$(word shuffle)" = 7 ]
run_with_image -q --shuffle 7 --repeat 3 --log log
expect "each run of many takes another" [ "$(word shuffle)/$(word seed)" = 9/3 ]
run_with_image -q --shuffle 2147483647 --repeat 2 --log log
expect "also behind the greatest number" [ "$(word shuffle)" = 2147483648 ]

# Expectations of what is not there.
printf 'BLK-999\tblk\t*\tfail\tgone\nNET-RX-1@ring.wrapped\t*\t*\tfail\tgone\n*\t*\t*\tfail?\tany\nblk.gone*\t*\t*\tskip\tgone\n' >odd
run_with_image -q -e odd
expect "a clause that is not there is named" says "note: odd: there is no clause 'BLK-999'"
expect "and a test" says "note: odd: there is no test 'ring.wrapped'"
expect "and one that must not be run" says "note: odd: there is no test 'blk.gone*'"
expect "what is there is not" [ "$(grep -c "there is no" out)" = 3 ]
for file in "$here"/../../known/expect/*.expect; do
	run_with_image -q -e "$file"
	expect "all is there that ${file##*/} names" [ "$(grep -c "there is no" out)" = 0 ]
done

# Time.
run_stand_in -q --for 1 -- --pace 20
expect_timely "runs are begun as long as time is left" says "run 2"
expect "and that is as expected" status_is 0
expect "the last comes to its end" [ "$(grep -c '^run ' out)" = "$(grep -c '^nothing unexpected' out)" ]
run_stand_in -q --for 1h -- --fail 3
expect "until one fails" [ "$(grep -c '^run ' out)/$status" = 1/1 ]
run_stand_in -q --time-limit 1 --log log -- --pace 300
expect "a run is ended at its limit" says "ended at the time limit of 1 s, in test"
expect "which is trouble" status_is 2
expect "what was judged stands in the log" grep -q '"type":"test"' log
expect "which is closed" [ "$(tail -1 log)" = '{"type":"end","status":2}' ]
run_stand_in -q --time-limit 1h
expect "a run in time is as any" status_is 0
for value in 0 2x 1d -1 99999999999h ''; do
	run_stand_in --time-limit="$value"
	expect "no time is '$value'" says "'$value' is no time"
done

# A step of a bisection.
step() { # step STATUS OPTION…
	local wanted=$1
	shift
	status=0
	virtproof bisect-step --vmm "$here/stand-in.ini" --program "$build/host/stand-in" "$@" >out 2>&1 || status=$?
	expect "bisect-step $* ends with $wanted" status_is "$wanted"
}
step 0 -t '*.number_3'
step 1 -t '*.number_3' -- --fail 3
step 1 -t '*.number_3' -- --crash 3
step 1 -t '*.number_3' --silence 1 -- --hang 3
step 125 -t '*.number_3' -- --mute
step 125 -t '*.number_3' --program nothing-there
step 125 -t '*.number_99'
step 125
mkdir .virtproof
printf 'DEMO-3\tblk\t*\tviolated\tknown of another version\n' >.virtproof/stand-in.expect
step 1 -t '*.number_3' -- --fail 3
step 0 -t '*.number_3'
step 0 -t '*.number_3' -e .virtproof/stand-in.expect -- --fail 3
