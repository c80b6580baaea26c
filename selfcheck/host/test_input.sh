#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the program says of input that is wrong: one sentence, and exit status 2.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1

# refuses SENTENCE WORD…: the sentence, a glob, is all that the command prints.
refuses() {
	local sentence=$1 status=0
	shift
	virtproof "$@" >out 2>&1 </dev/null || status=$?
	# shellcheck disable=SC2053
	expect "$* is refused" eval '[ $status -eq 2 ] && [ "$(wc -l <out)" -eq 1 ] && [[ $(cat out) == $sentence ]]'
}

refuses "virtproof: there is no command 'nonsense'*" nonsense
refuses "virtproof: Unknown option --nonsense*" run --nonsense
refuses "*--cpus: 'many' is no number above 0*" run --cpus many
refuses "*--memory: '0' is no number above 0*" run --memory 0
refuses "*-c: '-3' is no number above 0*" run -c -3
refuses "virtproof: what is 'extra'? words for the VMM stand behind --" run extra
refuses "virtproof: x.pdf: the name does not tell the format*" run -r x.pdf
refuses "virtproof: /proc/no: *" run --log /proc/no/x.log
refuses "virtproof: *matching quote*" run --program 'unbalanced "'
refuses "virtproof: there is no image missing.elf*" run --image missing.elf
refuses "virtproof: qemu has no machine 'nosuch'; known are: q35, *" run --image out -M nosuch
refuses "virtproof: qemu has no accelerator 'nosuch'; known are: *" run --image out -a nosuch

printf '[vmm\n' >broken.ini
: >empty.ini
printf '[vmm]\ncommand=x\nbroken=(((\nimage=none\n' >pattern.ini
refuses "virtproof: ./broken.ini: *" run --vmm ./broken.ini
refuses "virtproof: the descriptor './empty.ini' has no command*" run --vmm ./empty.ini
refuses "virtproof: the descriptor 'pattern', key broken: *" run --vmm ./pattern.ini
refuses "virtproof: ./missing.ini: *" run --vmm ./missing.ini

printf 'BLK-1 blk * fail reason\n' >blanks.expect
printf '# one\nBLK-1\tblk\t*\tfial\treason\n' >verdict.expect
stand_in=(run --vmm "$here/stand-in.ini" --program "$build/host/stand-in")
refuses "virtproof: blanks.expect, line 1: not: what, device*" "${stand_in[@]}" --expect blanks.expect
refuses "virtproof: verdict.expect, line 2: no clause ends as 'fial'" "${stand_in[@]}" --expect verdict.expect
refuses "virtproof: *missing.expect*" "${stand_in[@]}" --expect missing.expect

: >empty.matrix
printf 'x=1\n' >group.matrix
printf '[a]\nmachine=\n' >value.matrix
printf '[a]\noptions="x\n' >quote.matrix
printf '[a]\nvmm=qemu\n[exclude b]\nnonsense=1\n' >exclude.matrix
refuses "virtproof: empty.matrix: it has no job" matrix empty.matrix
refuses "virtproof: group.matrix: *" matrix group.matrix
refuses "virtproof: value.matrix: group \[a]: 'machine' is no key of a matrix, or has no value" matrix value.matrix
refuses "virtproof: quote.matrix: *quote*" matrix quote.matrix
refuses "virtproof: exclude.matrix: group \[exclude b]: 'nonsense' is no key*" matrix exclude.matrix
refuses "virtproof: missing.matrix: No such file*" matrix missing.matrix
refuses "virtproof: which matrix file?*" matrix
refuses "virtproof: --jobs: *" matrix --jobs=-1 empty.matrix

: >empty.log
head -c 100000 /dev/urandom >random.log
printf '{"type":"run","schema":99}\n{"type":"summary"}\n' >later.log
mkdir folder.log
for file in empty random; do
	refuses "virtproof: $file.log: holds no record" report -o o.html $file.log
	refuses "virtproof: $file.log: holds no record" compare $file.log $file.log
	refuses "virtproof: $file.log: holds no record" merge -o o.log $file.log
done
refuses "virtproof: later.log: its records are of schema 99, this program reads 1" report -o o.html later.log
refuses "virtproof: later.log: its records are of schema 99*" compare later.log later.log
refuses "virtproof: missing.log: No such file*" report -o o.html missing.log
refuses "virtproof: folder.log: Is a directory" report -o o.html folder.log
refuses "virtproof: compare takes two files*" compare empty.log
refuses "*--gate*" compare --gate x empty.log empty.log
refuses "virtproof: there is no descriptor*'nosuch'; known are: *" list nosuch

# What only the VMM knows to be wrong is said in its words.
run_stand_in -- --bad
expect "what the image refuses ends with 2" status_is 2
run_stand_in -- --schema 99
expect "an image of another schema ends with 2" status_is 2
expect "an image of another schema is told" says "the image's records are of schema 99, this program reads 1"
run_stand_in -- --trouble
expect "an error of the set-up that no test has ends with 2" status_is 2
