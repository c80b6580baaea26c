#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Each command of README.md and of the pages is run, with a stand-in for the VMM; what it asks of a real one is looked up
# in that one's descriptor. Each option and each target that they name is there.
. "$(dirname "$0")/common.sh"

tree=$(realpath "$here/../..")
cd "$folder" || exit 1
mkdir bin page
export PATH=$folder/bin:$PATH
unset GITHUB_STEP_SUMMARY

# The stand-in is every VMM; it has the image's tests where they are shared out.
cp "$here/stand-in.ini" every.ini
printf '\n[vhost-user rng]\nabout=what a daemon serves\n' >>every.ini
sed 's/^image=none/image=elf/' every.ini >sharing.ini
cat >bin/virtproof <<END
#!/usr/bin/env bash
command=\$1 words=() vmm=every
shift
case \$command in run | bisect-step) ;; *) exec "$build/virtproof" "\$command" "\$@" ;; esac
"$build/virtproof" run --print "\$@" >/dev/null || exit
while [ \$# -gt 0 ] && [ "\$1" != -- ]; do
	case \$1 in
	--vmm) shift 2 && continue ;;
	--shard) vmm=sharing ;;
	-t | --tests) words+=(-t device.number_3) ;; # one that the stand-in has, besides
	esac
	words+=("\$1")
	shift
done
exec "$build/virtproof" "\$command" --vmm "$folder/\$vmm.ini" --program "$build/host/stand-in" "\${words[@]}" "\$@"
END
# What else the pages name.
cat >bin/make <<END
#!/bin/sh
for word; do
	case \$word in -* | *=*) continue ;; esac
	grep -qE "^\$word( [a-z-]+)*:" "$tree/Makefile" "$tree/host/build.mk" || { echo "make knows no \$word"; exit 1; }
done
END
printf '#!/bin/sh\nexec "%s" --serve "$2"\n' "$build/host/stand-in" >bin/my-backend
printf '#!/bin/sh\nwhile read -r command; do sh -c "$command" </dev/null; done\n' >bin/parallel
chmod +x bin/*

# Where they are run: a VMM's repository that has a good change and a bad one, beside a build of the program.
cd page || exit 1
mkdir -p build known/matrix old new shared/logs
ln -s "$folder/bin/virtproof" build/virtproof
printf '#!/bin/sh\nexec "%s" "$@" $(cat "${0%%/*}/options")\n' "$build/host/stand-in" >build/qemu-system-x86_64
chmod +x build/qemu-system-x86_64
echo "--samples 1000" >build/options
cp build/* old
cp build/* new
printf '[job]\nvmm=%s\nprogram=%s\n' "$here/stand-in.ini" "$build/host/stand-in" |
	tee known/matrix/qemu.matrix configurations.matrix >FILE
git init -q .
for options in "" "" "--fail 3" "--fail 3" "--fail 3"; do
	echo "$options" >build/options
	date +%N >build/stamp
	git add . && git -c user.name=x -c user.email=x@x commit -qm "options: $options"
	[ "$(git tag)" ] || git tag GOOD
done
git tag BAD && git checkout -q GOOD
"$build/host/stand-in" --serve "$folder/own.socket" >"$folder/daemon" 2>&1 &
daemon=$!
for log in before.jsonl after.jsonl; do
	"$folder/bin/virtproof" run -q --log $log >/dev/null
done

# The blocks of a page whose language is sh, and the commands in those that are YAML: each in a file of its own.
blocks() {
	rm -f "$folder"/block.*
	awk -v block="$folder/block." '
		/^ *```sh$/ { inside = 1; count++; next }
		/^ *```yaml$/ { inside = 2; count++; next }
		/^ *```/ { inside = 0 }
		inside == 1 { print >(block count) }
		inside == 2 && sub(/^.*(run: |- )virtproof /, "virtproof ") { print >(block count) }' "$1"
	# What stands for something, and what is nowhere here.
	sed -i "s/COMMAND … {socket} …/my-backend --socket {socket}/; s/TYPE/rng/; s|/tmp/my.sock|$folder/own.socket|; s/--socket PATH/--socket ${folder//\//\\/}\/own.socket/
		s/-t TEST/-t ring.split_used_length_is_true/; s|/shared/logs|shared/logs|g" "$folder"/block.* 2>/dev/null
}
for page in README.md docs/host.md docs/vhost-user.md docs/ci.md docs/debugging.md docs/compare.md; do
	blocks "$tree/$page"
	for block in "$folder"/block.*; do
		[ -s "$block" ] || continue
		status=0
		sh -exc ". '$block'" >"$folder/out" 2>&1 </dev/null || status=$?
		expect "$page: $(grep -m1 . "$block" | sed 's/  *#.*//')" status_is 0
		! grep -q bisect "$block" || expect "$page: the bad change is found" grep -q "is the first bad commit" "$folder/out"
		git bisect reset >/dev/null 2>&1
	done
done
kill $daemon
for file in "$tree"/known/matrix/*.matrix; do
	expect "${file##*/} is a matrix" sh -c "'$build/virtproof' matrix --list '$file' | grep -c ' run --log ' >/dev/null"
done

# A page begins with its title, and a row of a table has as many cells as its head.
awk 'function cells(line) { gsub(/`[^`]*`/, "", line); return gsub(/\|/, "", line) }
	FNR == 1 && !/^# / { print FILENAME ": begins with no title" }
	FNR == 1 || !/^\|/ { head = 0 }
	/^\|/ && !head { head = cells($0) }
	/^\|/ && cells($0) != head { print FILENAME ":" FNR ": " cells($0) - 1 " cells of " head - 1 }' \
	"$tree"/README.md "$tree"/docs/*.md "$tree"/docs/*/*.md >"$folder/out"
expect "titles and tables of the pages are whole" [ ! -s "$folder/out" ]

# Names in the text.
pages=("$tree"/README.md "$tree"/docs/*.md)
for command in run matrix merge report site compare list; do
	virtproof $command --help
done | grep -o -- '--[a-z][a-z-]*' | sort -u >"$folder/options"
# Those of no command, and of other programs.
printf -- '--%s\n' version enable-pci sshlogin >>"$folder/options"
grep -ho '`[^`]*`' "$tree"/README.md "$tree"/docs/{host,vhost-user,ci,debugging,compare}.md | grep -o -- '\B--[a-z][a-z-]*' | sort -u |
	grep -vxFf "$folder/options" >"$folder/out"
expect "each option that the pages name is there" [ ! -s "$folder/out" ]
grep -ho '`make [^`]*`' "${pages[@]}" | tr -d '`' | sort -u | while read -r _ words; do
	# shellcheck disable=SC2086 # words
	make $words || echo "of: make $words"
done >"$folder/out"
expect "each target that the pages name is there" [ ! -s "$folder/out" ]
