#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/check-layers.pl and check-reading.pl let a copy of this tree pass, and refuse the copy with one wrong
# thing in it.
# usage: layers.sh BUILD
set -uo pipefail
. selfcheck/lib.sh

scripts=$PWD/scripts
copy=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-layers.XXXXXX")
trap 'rm -rf "$copy"' EXIT
git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$copy"
mkdir "$copy/build"
cp -rs "$(realpath "$1")/image" "$(realpath "$1")/host" "$copy/build/"
cd "$copy" || exit 1

check() {
	perl "$scripts/check-layers.pl" -q build 2>&1 && perl "$scripts/check-reading.pl" 2>&1
}

plant() { # plant PATH LINE …: a new file; one of C is compiled, too
	local path=$1
	shift
	mkdir -p "$(dirname "$path")"
	printf '%s\n' "$@" >"$path"
	case $path in *.c) "${CC:-cc}" -I. -c "$path" -o "build/image/$path.o" || exit 1 ;; esac
	planted+=("$path" "build/image/$path.o")
}

refused() { # refused WHAT SENTENCE: the only thing that is wrong with the copy; what was planted is gone then
	local said
	said=$(check)
	[ "$said" = "$2" ]
	verdict $? "$1"
	[ "$said" = "$2" ] || printf '  said:     %s\n  expected: %s\n' "$said" "$2"
	rm -f "${planted[@]}"
	planted=()
}

planted=()
check
verdict $? "the tree keeps to its floor plan"

plant lib/planted.h '#pragma once' '#include "pci/config.h"'
refused "an include that points up" "lib/planted.h:2: pci/config.h is in pci, on a floor above lib"

plant lib/planted.c 'void pci_scan(void); void planted(void) { pci_scan(); }'
refused "a call that points up" "lib/planted.c: pci_scan() of pci/bus.c is in pci, on a floor above lib"

plant tests/device/blk/planted.h '#include "tests/device/net/link.h"'
refused "an include from a room on the same floor" \
	"tests/device/blk/planted.h:1: tests/device/net/link.h is in tests/device/net, on the same floor as tests/device/blk"

plant lib/planted_a.h '#include "lib/planted_b.h"'
plant lib/planted_b.h '#include "lib/planted_a.h"'
refused "includes that go round" \
	"lib/planted_a.h:1: a circle of includes of 2 files: lib/planted_a -> lib/planted_b -> lib/planted_a"

plant lib/planted_a.h ''
plant lib/planted_b.h '#include "lib/planted_a.h"'
plant lib/planted_a.c '#include "lib/planted_b.h"'
refused "includes that go round by way of a C file" \
	"lib/planted_a.c:1: a circle of includes of 2 files: lib/planted_a -> lib/planted_b -> lib/planted_a"

plant lib/planted_a.c 'void b(void); void a(void) { b(); }'
plant lib/planted_b.c 'void c(void); void b(void) { c(); }'
plant lib/planted_c.c 'void a(void); void c(void) { a(); }'
refused "calls that go round" \
	"lib/planted_a.c: a circle of calls of 3 files: lib/planted_a.c -> lib/planted_b.c -> lib/planted_c.c -> lib/planted_a.c"

plant pci/planted.h '#include "arch/x86/interrupt/lapic.h"'
refused "a header of arch/x86 outside of arch" \
	"pci/planted.h:1: arch/x86/interrupt/lapic.h is private to arch/x86/interrupt, arch, selfcheck"

plant tests/ring/planted.h '#include "virtio/transport/pci/registers.h"'
refused "a transport's header outside of its own tests" \
	"tests/ring/planted.h:1: virtio/transport/pci/registers.h is private to virtio/transport/pci, tests/transport/pci, selfcheck"

plant selfcheck/host/planted.h '#include "lib/base.h"'
refused "an include from another house" \
	"selfcheck/host/planted.h:1: lib/base.h is in another house (image, not host)"

plant lib/planted/planted.h ''
refused "a room that the plan does not name" \
	"lib/planted/planted.h: lives in lib/planted, a room that scripts/floors.txt does not name"

plant planted.h ''
refused "a file in no room" "planted.h: lives in ., a room that scripts/floors.txt does not name"

plant lib/planted.h '#include "base.h"'
refused "an include that is no path from the root" \
	"lib/planted.h:1: \"base.h\" is no file of the tree; include by its path from the root"

sed -i '/^lib  /a cellar  what is not there' scripts/floors.txt docs/house.md
refused "a room of the plan that is not there" "scripts/floors.txt: cellar is no folder with files"
sed -i '/^cellar/d' scripts/floors.txt docs/house.md

sed -i '/^lib  /d' docs/house.md
refused "a page that shows another plan" "docs/house.md: shows another plan than scripts/floors.txt"
cp "$OLDPWD/docs/house.md" docs

order=docs/reading-order.list
echo nowhere.c >>$order
refused "a file to read that is not there" "$order:$(wc -l <$order): nowhere.c is not there"
sed -i '$d' $order

sed -i '/^pci\//d' $order
refused "a room that nobody is told to read" "$order: no file of pci stands in it"
cp "$OLDPWD/$order" docs

sed -i 2d virtio/ring/split.c
refused "a file to read that does not open" \
	"virtio/ring/split.c: is in the reading order and does not open with what it is"
cp "$OLDPWD/virtio/ring/split.c" virtio/ring

rm -r build/image build/host
mkdir build/image build/host
refused "a tree that was not built" "check-layers: no objects in build; make them first"

sum_up test-layers
