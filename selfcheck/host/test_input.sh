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
refuses "virtproof: Unknown option --nonsense; try --help" run --nonsense
refuses "virtproof: Unknown option --devise; did you mean --device?*" run --devise blk
refuses "virtproof: Unknown option --formt=tap; did you mean --format?*" report --formt=tap
refuses "virtproof: there is no command 'reprot'; did you mean 'report'?*" reprot
refuses "virtproof: there is no command 'xyz'; try --help" xyz
refuses "virtproof: qemu has no device 'bkl-scratch'; did you mean 'blk-scratch'?; known are: *" run --image out -d bkl-scratch
refuses "*--cpus: 'many' is no number above 0*" run --cpus many
refuses "*--memory: '7' is no number above 7*" run --memory 7
refuses "*-c: '-3' is no number above 0*" run -c -3
refuses "virtproof: what is 'extra'? words for the VMM stand behind --" run extra
refuses "virtproof: x.pdf: the name does not tell the format*" run -r x.pdf
refuses "virtproof: /proc/no: *" run --log /proc/no/x.log
refuses "virtproof: *matching quote*" run --program 'unbalanced "'
refuses "virtproof: there is no image missing.elf*" run --image missing.elf
refuses "virtproof: qemu has no machine 'nosuch'; known are: q35, *" run --image out -M nosuch
refuses "virtproof: qemu has no accelerator 'nosuch'; known are: *" run --image out -a nosuch

for command in run matrix merge report site compare list; do
	refuses "virtproof: Unknown option --nonsense*" $command --nonsense
	refuses "virtproof: Unknown option -Z*" $command -Z
done
for option in -c --cpus -m --memory --silence --incidents --shuffle; do
	for value in x 0 -1 1.5 99999999999 "" "1 2"; do
		refuses "virtproof: $option: '$value' is no number above [07]*" run $option "$value"
	done
done
for value in x -1 1.5 99999999999 ""; do
	refuses "virtproof: --fresh-boots: '$value' is no number*" run --fresh-boots "$value"
	refuses "virtproof: *" matrix -j "$value" empty.matrix
done
for option in -v -d -M -a -t -A -l -r -e --program --image --name; do
	refuses "virtproof: Missing argument for $option*" run $option
done

# A descriptor: each its own mistake.
printf '[vmm\n' >broken.ini
: >empty.ini
refuses "virtproof: ./broken.ini: *" run --vmm ./broken.ini
refuses "virtproof: the descriptor './empty.ini' has no command*" run --vmm ./empty.ini
refuses "virtproof: ./missing.ini: *" run --vmm ./missing.ini
refuses "virtproof: ./: *" run --vmm ./
describes() { # describes SENTENCE LINE…: behind a [vmm] that is good
	local sentence=$1
	shift
	{
		printf '[vmm]\ncommand={program}\nimage=none\n'
		printf '%s\n' "$@"
		printf '[machine *]\n[accelerator *]\n'
	} >wrong.ini
	refuses "virtproof: the descriptor 'wrong', $sentence" run --vmm ./wrong.ini
	refuses "virtproof: the descriptor 'wrong', $sentence" list ./wrong.ini
}
describes "\[vmm]: nothing reads the key 'colour'" colour=red
describes "\[vmm]: nothing reads the key 'exit'" exit=0
describes "\[vmm]: exits has to be statuses from 0 to 255 with ; between, not 'a;b'" 'exits=a;b'
describes "\[vmm]: exits has to be statuses*'256'" exits=256
describes "\[vmm]: cpus has to be a number above 0, not 'many'" cpus=many
describes "\[vmm]: memory has to be a number above 0, not '-1'" memory=-1
describes "\[vmm]: terminal has to be yes or no, not 'true'" terminal=true
describes "\[vmm]: image has to be elf, img, efi, iso or none, not 'bin'" image=bin
describes "\[vmm]: broken has to be a regular expression, not '((('" 'broken=((('
describes "\[vmm]: version-pattern has to be a regular expression*" 'version-pattern=[a'
describes "\[device d]: nothing reads the key 'argments'" '[device d]' argments=-x
describes "\[device d]: size has to be a number above 0, not '16M'" '[device d]' size=16M
describes "\[list l]: nothing reads the key 'after'" '[list l]' after=x
describes "\[file f]: nothing reads the key 'text'" '[file f]' text=x
describes "\[verb v]: nothing reads the key 'executes'" '[verb v]' executes=x
{
	printf '[vmm]\ncommand=x\n[devise d]\narguments=x\n'
} >wrong.ini
refuses "virtproof: the descriptor 'wrong': \[devise d] is no group of a descriptor" run --vmm ./wrong.ini

# Expectations.
stand_in=(run --vmm "$here/stand-in.ini" --program "$build/host/stand-in")
expects() { # expects SENTENCE TEXT: the text as printf takes it
	printf "$2" >wrong.expect
	refuses "virtproof: wrong.expect, line $1" "${stand_in[@]}" --expect wrong.expect
	refuses "virtproof: wrong.expect, line $1" report -e wrong.expect -f tap good.log
}
run_stand_in -q --log good.log
expects "1: not: what, device*" 'BLK-1 blk * fail reason\n'
expects "1: not: what, device*" 'BLK-1\n'
expects "1: not: what, device*" 'BLK-1\tblk\t*\tfail\n'
expects "1: not: what, device*" '\tblk\t*\tfail\treason\n'
expects "1: not: what, device*" 'BLK-1\tblk\t*\t\treason\n'
expects "1: not: what, device*" 'BLK-1\tblk\t*\tfail\t\n'
expects "1: not: what, device*" 'BLK-1\tblk\t*\tfail\ta\tb\tc\n'
expects "2: no clause ends as 'fial'" '# one\nBLK-1\tblk\t*\tfial\treason\n'
expects "1: no clause ends as 'pass'" 'BLK-1\tblk\t*\tpass\treason\n'
expects "1: no clause ends as 'error'" 'BLK-1\tblk\t*\terror\treason\n'
expects "1: no clause ends as ''" 'BLK-1\tblk\t*\t?\treason\n'
expects "1: no test ends as 'violated'" 'ring.wrap\tblk\t*\tviolated\treason\n'
refuses "virtproof: *missing.expect*" "${stand_in[@]}" --expect missing.expect
refuses "virtproof: *" "${stand_in[@]}" --expect .

: >empty.matrix
printf 'x=1\n' >group.matrix
printf '[a]\nmachine=\n' >value.matrix
printf '[a]\noptions="x\n' >quote.matrix
printf '[a]\nvmm=qemu\n[exclude b]\nnonsense=1\n' >exclude.matrix
printf '[a]\nvmm=qemu\ndevice=blk;nosuch\n' >device.matrix
printf '[a]\nmachine=q35;nosuch\n' >machine.matrix
printf '[a]\nvmm=nosuch\n' >vmm.matrix
printf '[a]\nvmm=./wrong.ini\n' >descriptor.matrix
printf '[a]\n[b]\n[a-]\n[a]\nmachine=\n' >double.matrix
printf '[a]\ncolour=red\n' >key.matrix
head -c 1000 /dev/urandom >random.matrix
refuses "virtproof: the job 'a-nosuch': qemu has no device 'nosuch'*" matrix device.matrix
refuses "virtproof: the job 'a-nosuch': qemu has no machine 'nosuch'*" matrix machine.matrix
refuses "virtproof: the job 'a': there is no descriptor of a VMM named 'nosuch'*" matrix vmm.matrix
refuses "virtproof: the job 'a': the descriptor 'wrong': \[devise d]*" matrix descriptor.matrix
refuses "virtproof: double.matrix: *" matrix double.matrix
refuses "virtproof: key.matrix: group \[a]: 'colour' is no key of a matrix*" matrix key.matrix
refuses "virtproof: random.matrix: *" matrix random.matrix
refuses "virtproof: .: *" matrix .
refuses "virtproof: which matrix file?*" matrix key.matrix value.matrix
printf "[a]\nvmm=qemu\n" >plain.matrix
refuses "virtproof: x.pdf: the name does not tell the format*" matrix -r x.pdf plain.matrix
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
head -c 100000 /dev/zero >zeroes.log
printf '{"type":"run","schema":1' >torn.log
{
	printf '{"type":"run","x":'
	printf '[%.0s' $(seq 5000)
} >deep.log
printf '{"type":"run","text":"\xff\xfe"}\n{"type":7}\n{"type":""}\n' >wrong.log
printf '{"text":"no type"}\n' >typeless.log
for file in empty random zeroes torn deep wrong typeless; do
	for format in html tap junit json markdown; do
		refuses "virtproof: $file.log: holds no record" report -f $format -o o.x $file.log
	done
	refuses "virtproof: $file.log: holds no record" compare $file.log good.log
	refuses "virtproof: $file.log: holds no record" compare good.log $file.log
	refuses "virtproof: $file.log: holds no record" merge -o o.log good.log $file.log
done
expect "nothing is written for records that are wrong" eval '[ ! -e o.x ] && [ ! -e o.log ]'
for command in "report -f tap" "compare good.log" merge; do
	refuses "virtproof: *No such file or directory" $command missing.log
	refuses "virtproof: *folder.log: Is a directory" $command folder.log
done
for output in missing/x.tap folder.log /proc/x.tap; do
	refuses "virtproof: $output: *" report -f tap -o $output good.log
	refuses "virtproof: $output: *" merge -o $output good.log
done
refuses "virtproof: the formats are html, tap, junit, json, markdown and badge" report -f pdf good.log
refuses "virtproof: the formats are *" report -o x.pdf good.log
refuses "virtproof: which files of records?*" report
refuses "virtproof: which files of records?*" merge
refuses "virtproof: compare takes two files*" compare
refuses "virtproof: compare takes two files*" compare good.log good.log good.log
refuses "virtproof: one VMM at a time*" list qemu crosvm
refuses "virtproof: later.log: its records are of schema 99, this program reads 1" report -o o.html later.log
refuses "virtproof: later.log: its records are of schema 99*" compare later.log later.log
refuses "virtproof: missing.log: No such file*" report -o o.html missing.log
refuses "virtproof: folder.log: Is a directory" report -o o.html folder.log
refuses "virtproof: compare takes two files*" compare empty.log
for value in x -5 nan "" "5 %"; do
	refuses "virtproof: *--gate*" compare --gate "$value" good.log good.log
done
refuses "virtproof: there is no descriptor*'nosuch'; known are: *" list nosuch

# What only the VMM knows to be wrong is said in its words.
run_stand_in -- --bad
expect "what the image refuses ends with 2" status_is 2
run_stand_in -- --schema 99
expect "an image of another schema ends with 2" status_is 2
expect "an image of another schema is told" says "the image's records are of schema 99, this program reads 1"
run_stand_in -- --trouble
expect "an error of the set-up that no test has ends with 2" status_is 2

# Completion knows what the program does.
completed() { # completed WORD…: what the last may become
	(
		virtproof() { limited 20 "$build/virtproof" "$@"; }
		. "$here/../../scripts/virtproof.bash"
		COMP_WORDS=(virtproof "$@") COMP_CWORD=$#
		_virtproof
		echo "${COMPREPLY[*]}"
	)
}
completes() {
	local wanted=$1
	shift
	expect "virtproof $* becomes $wanted" [ "$(completed "$@")" = "$wanted" ]
}
# The same in zsh, which takes of all that it is offered what begins as the last word does.
completed_by_zsh() {
	PATH=$build:$PATH zsh -f -c '
		autoload -U +X compinit && compinit -D -u && autoload -U +X bashcompinit && bashcompinit
		source "$1"
		shift
		COMP_WORDS=(virtproof "$@") COMP_CWORD=$# words=(virtproof "$@") CURRENT=$(($# + 1))
		compgen -F _virtproof -- "$argv[-1]"
	' zsh "$here/../../scripts/virtproof.bash" "$@" | tr " " "\n" | grep "^${!#}" | tr "\n" " "
}
completes report rep
completes "run report" r
completes "microvm-legacy" run -M microvm-l
completes "--quiet" run --qui
completes "blk-scratch" run -d blk-sc
completes "vsock" run -u vs
completes "junit json" report -f j
completes "kvmtool" list kv

if command -v zsh >/dev/null; then
	expect "zsh knows commands" [ "$(completed_by_zsh rep)" = "report " ]
	expect "zsh knows options" [ "$(completed_by_zsh run --qui)" = "--quiet " ]
	expect "zsh knows devices" [ "$(completed_by_zsh run -d blk-sc)" = "blk-scratch " ]
	expect "zsh knows tests" [ "$(completed_by_zsh run -t ring.split_used_length)" = "ring.split_used_length_is_true " ]
else
	echo "skip completion in zsh: it is not installed"
fi

# The man page knows each option.
unknown_to_man() {
	for command in run matrix bisect-step merge report site compare list; do
		virtproof $command --help | grep -o '^  *\(-[a-zA-Z], \)\?--[a-z][a-z-]*' | grep -o -- '--.*' | grep -v '^--help$'
	done | sort -u | while read -r option; do
		grep -qF -- "${option//-/\\-}" "$here/../../docs/virtproof.1" || echo "$option"
	done
}
expect "the man page has each option" [ -z "$(unknown_to_man)" ]

# What the image does not read is not given to a loader.
run_stand_in -A "vp.seed=$(printf %05000d 1)"
expect "too many words for the image are refused" says "the words for the image are 5"
expect "with how many there may be" says ", and it reads 4095"
expect "before anything is started" status_is 2

# As everybody asks.
for word in --help -h help; do
	virtproof $word >out 2>&1
	expect "virtproof $word lists the commands" eval '[ $? = 0 ] && grep -q "^  bisect-step  *judge one test" out'
done
for word in --version -V; do
	virtproof $word >out 2>&1
	expect "virtproof $word tells the version" grep -qE "^virtproof [0-9]" out
done
for command in run matrix merge report site compare list bisect-step; do
	expect "virtproof $command -h explains its options" eval 'virtproof $command -h >out 2>&1 && says "Usage:" && says "  -h, --help"'
done

# --help has titles, and the whole of it goes out or that is an error.
virtproof run --help >out
expect "the help of run has its options below titles" \
	[ "$(grep -c '^[A-Z].*:$' out)/$(sed -n '/^Which tests:/,/^$/p' out | grep -c -- '--skip=')/$(grep -c '^  -h, --help' out)" = 8/1/1 ]
status=0
virtproof run --help >/dev/full 2>out || status=$?
expect "a help that cannot be written is told" says "standard output: not all of it could be written"
expect "and is trouble" status_is 2
virtproof run --hlep >out 2>&1
expect "--help is among what was meant" says "did you mean --help?"
