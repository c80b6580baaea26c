# SPDX-License-Identifier: BSD-2-Clause
# The lines of vp.trace in the words that both sides are compared in.
/^trace: / {
	verb = $3
	if ($4 == "msix" && $5 == "control") {
		value = number_of($6)
		print "msix-control enabled " int(value / 32768) % 2 " masked " int(value / 16384) % 2
	} else if ($4 ~ /^msix\[/) {
		print "msix-table " $4 " " $5 " " verb " " $6
	} else {
		place = $4
		width = place
		sub(/\[.*/, "", place)
		sub(/.*\[/, "", width)
		sub(/\].*/, "", width)
		kind = "common"
		if (match(place, /^(notify|isr|device)\+/))
			kind = substr(place, 1, RLENGTH - 1)
		sub(/^(notify|isr|device)\+/, "", place)
		print kind " " place " " width " " verb " " $5
	}
}
