#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The build ends where a test judges what it does not declare, or declares what nothing judges, and where the
# catalogue names a condition or a feature that nobody knows; each is planted in a copy of the tests.
# usage: declarations.sh BUILD
set -uo pipefail
. selfcheck/lib.sh

tool=$(realpath "$1")/clauses
copy=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-declarations.XXXXXX")
trap 'rm -rf "$copy"' EXIT
cp -r --parents tests virtio scripts "$copy"
cd "$copy" || exit 1

# shellcheck disable=SC2046 # no name has a blank
judges() { scripts/judges.pl tests/clauses.tsv $(find tests -name '*.[ch]') 2>&1; }
# shellcheck disable=SC2069 # what it complains of, not what it makes
compile() { "$tool" table tests/conditions.tsv tests/clauses.tsv virtio/feature.h virtio/device/*.h tests/*/*.c 2>&1 >/dev/null; }

# refused WHAT COMMAND SENTENCE: the command fails and says this and nothing else.
refused() {
	local said status
	said=$($2)
	status=$?
	[ "$status" -ne 0 ] && [ "$said" = "$3" ]
	verdict $? "$1"
	[ "$said" = "$3" ] || printf '  said:     %s\n  expected: %s\n' "$said" "$3"
}

judges
verdict $? "every test declares what it judges"
compile
verdict $? "every condition of the catalogue is known"

planted=tests/ring/planted.c
plant() { # plant JUDGES BODY: a test
	printf 'TEST(ring, planted, .about = "planted"%s)\n{\n\t%s\n}\n' "$1" "$2" >"$planted"
}

plant '' 'CHECK(t, VQ_TXT_4, true, "");'
refused "a check that is not declared" judges \
	"$planted:1: ring.planted judges VQ_TXT_4 and does not declare it in .judges"
plant ', .judges = CLAUSES(VQ_TXT_4)' 'CHECK(t, VQ_TXT_4, true, ""); INSIST(t, VQ_TXT_2, true, "");'
refused "one of two checks that is not declared" judges \
	"$planted:1: ring.planted judges VQ_TXT_2 and does not declare it in .judges"
plant ', .judges = CLAUSES(VQ_TXT_4)' 'bring_up(t);'
refused "a declaration without a check" judges \
	"$planted:1: ring.planted declares VQ_TXT_4, for which neither it nor what it calls has a check"
helper='static void help(struct test_run *t)\n{\n\tCHECK(t, VQ_TXT_4, true, "");\n}\n\n'
plant ', .judges = CLAUSES(VQ_TXT_4)' 'help(t);'
sed -i "1i $helper" "$planted"
judges
verdict $? "a helper may judge what its test declares"
plant '' 'help(t);'
sed -i "1i $helper" "$planted"
refused "a helper's check that is not declared" judges \
	"$planted:7: ring.planted judges VQ_TXT_4 and does not declare it in .judges"
rm "$planted"

condition() { # condition NEEDS: a clause that needs it, and nothing else new
	printf 'VQ-PLANTED-1\tPlanted\tMUST\tmodern\t%s\tPlanted.\tguest\tPlanted.\n' "$1" >>tests/clauses.tsv
}
line=$(($(wc -l <tests/clauses.tsv) + 1))
cp tests/clauses.tsv whole.tsv
condition 'MSI-X|phase of the moon'
refused "a condition that nobody knows" compile \
	"tests/clauses.tsv:$line: unknown condition: phase of the moon"
cp whole.tsv tests/clauses.tsv
condition '!VIRTIO_BLK_F_MOON'
refused "a feature that its type does not have" compile \
	"tests/clauses.tsv:$line: unknown feature: VIRTIO_BLK_F_MOON"
cp whole.tsv tests/clauses.tsv
condition 'VIRTIO_BLK_F_RO waning'
refused "a feature with words that nobody knows" compile \
	"tests/clauses.tsv:$line: unknown condition: VIRTIO_BLK_F_RO waning"

sum_up test-declarations
