#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/check-comments.pl asks for a comment where one is missing, and nowhere else.
# usage: comments.sh
set -uo pipefail
. selfcheck/lib.sh

checker=$PWD/scripts/check-comments.pl
tree=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-comments.XXXXXX")
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
mkdir lib pci
licence='/* SPDX-License-Identifier: BSD-2-Clause */'
printf '#include "lib/a.h"\n#include "pci/b.h"\n' >user.c

header() { # header PATH OPENING LINE …
	local path=$1
	shift
	printf '%s\n' "$licence" "$@" >"$path"
}

expect() { # expect WHAT SENTENCE: what the checker says of the tree, "" for nothing
	local said
	said=$(perl "$checker" user.c lib/*.h pci/*.h 2>&1)
	[ "$said" = "$2" ]
	verdict $? "$1"
	[ "$said" = "$2" ] || printf '  said:     %s\n  expected: %s\n' "$said" "$2"
}

good=('/* Planted. */' '#include "lib/base.h"' '#define NUMBER 3' 'struct later;' '' '/* Why. */' 'struct later;'
	'struct a {' '	int x;' '};' '' 'void f(void); /* how */' '' '/* Twice. */' '#define TWICE(x) \' '	((x) + (x))'
	'' '/* A long' ' * one. */' 'static inline int g(void)' '{' '	return 0;' '}')
header pci/b.h '/* Planted, for the boot CPU. */' '/* Does. */' 'void h(void);'
header lib/a.h "${good[@]}"
expect "comments where they belong" ""

header lib/a.h "${good[@]}" 'void f(int x,' '       int y);'
expect "a function" "lib/a.h:25: f has no comment"

header lib/a.h "${good[@]}" 'static inline int k(void)' '{' '	return 0; /* no */' '}'
expect "a function in the header" "lib/a.h:25: k has no comment"

header lib/a.h "${good[@]}" '#define THRICE(x) \' '	(3 * (x))'
expect "a macro with arguments" "lib/a.h:25: THRICE() has no comment"

for kind in struct union enum; do
	header lib/a.h "${good[@]}" "$kind b {" '	X /* no */' '};'
	expect "a type: $kind" "lib/a.h:25: b has no comment"
done

header lib/a.h "${good[@]}" 'extern int here;'
expect "a variable" "lib/a.h:25: here has no comment"

header lib/a.h "${good[@]}" '/* Of something else. */' '' 'void f(void);'
expect "a comment with a blank line behind it" "lib/a.h:27: f has no comment"

header lib/a.h "${good[@]}" '/* Of the first. */' 'void f(void);' 'void g(void);'
expect "a comment that serves two" "lib/a.h:27: g has no comment"

header lib/a.h '#include "lib/base.h"' "${good[@]}"
expect "an opening" "lib/a.h: does not open with what it is about"
header lib/a.h "${good[@]}"

header pci/b.h '/* Planted. */' '/* Does. */' 'void h(void);'
expect "who may call" "pci/b.h:4: h does not say who may call: handler-safe, any CPU or boot CPU"

header pci/b.h '/* Planted. */' '/* Does; any' ' * CPU. */' 'void h(void);'
expect "who may call, at a function" ""

header pci/b.h '/* Planted. */' '/* Is. */' 'struct h {' '	int x;' '};'
expect "nobody calls a struct" ""

header lib/c.h '/* Planted, for this folder alone. */' 'void f(void);'
expect "a header that is not public" ""

sum_up test-comments
