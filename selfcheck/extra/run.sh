#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the example of docs/extra.md into images of its own, and sees that its test is run, its saboteur
# found, its eccentric not accused and its device type driven; and what the build says of what is wrong.
# usage: run.sh BUILD
set -uo pipefail
. "$(dirname "$0")/../lib.sh"

build=$1
own=$build/test-extra
acme=$own/acme
log=$own/log
rm -rf "$acme" "$own/none" "$own/empty"
mkdir -p "$acme" "$own/empty"

# Each file of the page: a block behind a line that ends with its name.
awk -v folder="$acme" '
	/`[^` ]+\.(c|tsv)`:$/ { name = $0; sub(/`:$/, "", name); sub(/.*`/, "", name) }
	/^```/ { inside = !inside; if (!inside) name = ""; next }
	inside && name { file = folder "/" name; path = file; sub(/\/[^\/]*$/, "", path)
		if (!made[path]++) system("mkdir -p " path)
		print >file }' docs/extra.md
[ "$(cd "$acme" && find . -type f | sort | tr '\n' ' ')" = "./clauses.tsv ./selfcheck/another_tag.c ./selfcheck/late.c ./tests/acme/tag.c ./virtio/device/p9.c " ]
verdict $? "docs/extra.md shows a device type, a test, a saboteur, an eccentric and clauses"
mv "$acme/clauses.tsv" "$own"

make() { # make WORD …: builds what lies in $acme beside the objects of the ordinary build
	env -u MAKEFLAGS "${MAKE:-make}" --no-print-directory -s -j"$(nproc)" BUILD="$own" SHARE="$build" EXTRA="$acme" "$@"
}

images=("$own/virtproof.elf" "$own/virtproof-selfcheck.elf")
make "${images[@]}" >"$log" 2>&1
verdict $? "the example is built"
[ $failed -eq 0 ] || { cat "$log"; sum_up test-extra; exit 1; }

boot() { # boot WORD …: the image with all of it, and a 9P device
	local image=$1
	shift
	limited 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio -kernel "$own/$image.elf" \
		-append "vp.exit=debug $*" -fsdev synth,id=acme -device virtio-9p-pci,fsdev=acme,mount_tag=acme >"$log" 2>&1
}

boot virtproof vp.list
grep -q 'acme\.tag_comes_back' "$log"
verdict $? "the private test is listed"

boot virtproof 'vp.format=json vp.tests=acme.*,ring.*,transport.*'
grep -q '"type":"test","suite":"acme","test":"tag_comes_back".*"verdict":"pass"' "$log"
verdict $? "the private test is run"
passes=$(grep -c '"type":"test","suite":"ring",.*"verdict":"pass"' "$log")
[ "$passes" -ge 10 ]
verdict $? "the private device type is driven: $passes tests of rings pass on it"

# Without its driver: the other image, which knows its name alone.
limited 120 "${qemu[@]}" -M q35 -accel tcg -m 64 -smp 2 -serial stdio -kernel "$build/virtproof.elf" \
	-append "vp.exit=debug vp.format=json vp.tests=ring.* vp.workload=out:21,in:21,data:1500000064ffff0020000008003950323030302e4c" \
	-fsdev synth,id=acme -device virtio-9p-pci,fsdev=acme,mount_tag=acme >"$log" 2>&1
[ "$(grep -c '"type":"test","suite":"ring",.*"verdict":"pass"' "$log")" -ge "$passes" ]
verdict $? "vp.workload describes the same request: as many tests of rings pass"

boot virtproof-selfcheck vp.sabotage=acme_another_tag
grep -q '^detected acme_another_tag:' "$log"
verdict $? "the private saboteur is found out"

boot virtproof-selfcheck vp.eccentric=ok_acme_late
grep -q '^conforms  *ok_acme_late:' "$log"
verdict $? "the private eccentric is not accused"

# refused WHAT SENTENCE WORD …: the build ends so.
refused() {
	local what=$1 sentence=$2
	shift 2
	! make "$@" >"$log" 2>&1 && grep -qF "$sentence" "$log"
	verdict $? "$what"
	[ "$failed" -eq 0 ] || cat "$log"
}

refused "a folder that is not there" "EXTRA: there is no folder $own/none" EXTRA="$own/none" "${images[@]}"
refused "a folder with nothing in it" "EXTRA: no C file lies below $own/empty" EXTRA="$own/empty" "${images[@]}"

sed -i 's/CLAUSES(SANE_12)/CLAUSES(SANE_12, VQ_TXT_4)/' "$acme/tests/acme/tag.c"
refused "a clause that the private test declares and does not judge" \
	"$acme/tests/acme/tag.c:6: acme.tag_comes_back declares VQ_TXT_4, for which neither it nor what it calls has a check" \
	"${images[@]}"

# With a catalogue of its own the test judges a clause of its own.
sed -i 's/CLAUSES(.*))/CLAUSES(ACME_TAG_1))/; s/SANE_12,/ACME_TAG_1,/' "$acme/tests/acme/tag.c"
refused "a clause that nobody knows" \
	"$acme/tests/acme/tag.c:6: acme.tag_comes_back declares ACME_TAG_1, which is in no catalogue" \
	"${images[@]}"
mv "$own/clauses.tsv" "$acme"
make "$own/generated/clauses_table.h" "$own/extra/tests/acme/tag.c.o" >"$log" 2>&1 &&
	grep -q 'CLAUSE_ACME_TAG_1\] = ' "$own/generated/clauses_table.h"
verdict $? "a private clause is judged by a private test"

# What was taken in is taken out again.
make EXTRA= "${images[@]}" >"$log" 2>&1 && ! grep -qa acme "${images[@]/%.elf/.unpacked}"
verdict $? "without EXTRA nothing of it is in the images"

sum_up test-extra
