# SPDX-License-Identifier: BSD-2-Clause
# The number that "0x…" stands for, or 0; exact up to 53 bits. Not every awk has strtonum().
function number_of(text, n, value)
{
	text = tolower(text)
	if (text !~ /^0x/)
		return text + 0
	for (n = 3; n <= length(text); n++)
		value = value * 16 + index("0123456789abcdef", substr(text, n, 1)) - 1
	return value + 0
}
