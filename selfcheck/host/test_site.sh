#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Pages of many VMMs, in files and in a real browser; the badge. SCREENSHOT=FILE keeps a picture.
. "$(dirname "$0")/common.sh"

cd "$folder" || exit 1
printf 'DEMO-3\t*\t*\tviolated?\ta bug of ours\thttps://example.org/7\n' >known
run_stand_in -q --confirm 0 --log 1.log -- --fail 5 --warn 7
sed -i 's/"version":"1.2.3"/"version":"1.10.0"/' 1.log
run_stand_in -q --confirm 0 --log 2.log -- --fail 3 --warn 7
sed -i 's/"version":"1.2.3"/"version":"1.9.0"/' 2.log
run_stand_in -q --confirm 0 --log 3.log -- --fail 5 --warn 7
run_stand_in -q --confirm 0 --log 4.log -- --fail 3 --tests 4
run_stand_in -q --confirm 0 -u blk --daemon "$build/host/stand-in --serve {socket}" --log 5.log -- --fail 6 --warn 7
sed -i 's/"vmm":"stand-in","version":"1.2.3"/"vmm":"other","version":""/' 4.log
# A clause that the specification has.
sed -i 's/"DEMO-9"/"STATUS-1"/g' ?.log
cat >hostile.log <<'END'
{"type":"job","name":"<b>&\"]]>","vmm":"../<script>alert(1)</script>","version":"\"><img src=x onerror=alert(2)>","time":"<i>","command":"</code><script>alert(3)</script>"}
{"type":"check","clause":"../../A-1","level":"MUST","message":"</p><script>alert(4)</script>","statement":"<img src=y>","section":"</th><script>alert(5)</script>"}
{"type":"test","suite":"a","test":"<script>alert(6)</script>","device":"d","variant":"v","verdict":"fail","because":"check","reason":"x"}
{"type":"clause","id":"../../A-1","level":"MUST","verdict":"violated","checks":1}
{"type":"clause","id":"","level":"MUST","verdict":"holds","checks":1}
{"type":"clause","id":".htaccess","level":"MUST","verdict":"holds","checks":1}
{"type":"summary"}
END
status=0
virtproof site -e known pages 4.log 2.log 1.log 3.log 5.log hostile.log >out 2>&1 || status=$?
expect "a site is written" status_is 0
expect "it has a page a clause that was judged" [ "$(ls -A pages/clause | wc -l)" = 14 ]
expect "and a page a version" [ "$(ls pages/vmm | wc -l)" = 6 ]
expect "nothing is written beside it" [ "$(find . -newer hostile.log -name '*.html' | grep -cv '^./pages/')" = 0 ]
expect "versions are in their order" [ "$(jq -r '[.vmms[].name | select(startswith("stand-in"))] | join(", ")' pages/site.json)" = \
	"stand-in 1.2.3, stand-in 1.9.0, stand-in 1.10.0" ]
expect "each is counted" [ "$(jq -c '.vmms[] | select(.version == "1.9.0") | [.holds, .broken, .unheeded]' pages/site.json)" = "[10,1,1]" ]
expect "what a daemon breaks is not the VMM's" [ "$(jq -rc '.clauses[] | select(.id == "DEMO-6").vmms |
	[.["stand-in 1.2.3"].state, .["vhost-user:blk behind stand-in 1.2.3"].state]' pages/site.json)" = '["holds","broken"]' ]
expect "a SHOULD is not broken" [ "$(jq -r '.clauses[] | select(.id == "DEMO-7").vmms["stand-in 1.9.0"].state' pages/site.json)" = unheeded ]
expect "what was not run is not judged" [ "$(jq -r '.clauses[] | select(.id == "DEMO-7").vmms["other"].state' pages/site.json)" = unjudged ]
expect "a known cause is told" [ "$(jq -r '.clauses[] | select(.id == "DEMO-3").vmms["stand-in 1.9.0"].known' pages/site.json)" = "a bug of ours" ]
expect "so is since when" grep -q '<a href="../vmm/stand-in_1.9.0.html">stand-in 1.9.0</a>: broken; it held in the version before' pages/clause/DEMO-3.html
expect "and what is mended" grep -q 'mended: <a href="../clause/DEMO-5.html">' pages/vmm/stand-in_1.9.0.html
trend() { # trend PAGE: its rows, the current one marked
	sed -n '/Over its versions/,/<\/table>/p' "pages/vmm/$1.html" | sed -n 's/<tr aria-current.*html">/> /p; s/<tr><th scope="row">.*html">//p' | sed 's/<[^>]*>/ /g; s/  */ /g; s/ $//'
}
expect "a page of a VMM has what became of it over its versions" \
	[ "$(trend stand-in_1.9.0)" = $'1.2.3 10 1 1 0 0\n> 1.9.0 10 1 1 1 1\n1.10.0 10 1 1 1 1' ]
expect "where there is one there is none" [ -z "$(trend other)" ]
expect "it leads to where it is discussed" grep -q '<a href="https://example.org/7">' pages/clause/DEMO-3.html
expect "it leads to its section in the specification" grep -qF \
	'<a href="https://docs.oasis-open.org/virtio/virtio/v1.4/cs01/virtio-v1.4-cs01.html#x1-130002">2.1.2</a> Basic Facilities' \
	pages/clause/STATUS-1.html
expect "so does the JSON" [ "$(jq -r '.clauses[] | select(.id == "STATUS-1") | [.number, .link[-9:]] | join(" ")' pages/site.json)" = \
	"2.1.2 x1-130002" ]
broken_links() {
	find pages -name '*.html' | while read -r page; do
		grep -o 'href="[^"]*"' "$page" | sed 's/href="//; s/"$//' | grep -v '^https:' | while read -r link; do
			[ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
		done
	done
}
expect "each link leads to a page" [ -z "$(broken_links)" ]
virtproof site again /dev/null >out 2>&1
expect "records have to be there" says "holds no record"
virtproof site pages >out 2>&1
expect "so has a file of them" says "which folder, and which files of records?"
touch blocked
virtproof site blocked 1.log >out 2>&1
expect "a folder that cannot be made is told" says "blocked"

# The badge: MUSTs alone, and how many of them.
virtproof report -o x.badge.json 1.log
expect "a badge counts what must hold" [ "$(jq -r .message x.badge.json)" = "10 of 11 MUSTs hold, 100 % judged" ]
expect "one that does not is red" [ "$(jq -r .color x.badge.json)" = red ]
run_stand_in -q --confirm 0 --log good.log -- --warn 7
virtproof report -f badge -o - good.log >x
expect "a SHOULD reddens nothing" [ "$(jq -r '[.schemaVersion, .label, .color] | join(" ")' x)" = "1 virtio brightgreen" ]
sed '/"type":"summary"/i {"type":"unjudged","why":"x","level":"MUST","ids":"A-1 A-2 A-3 A-4"}' good.log >part.log
virtproof report -f badge -o - part.log >x
expect "what is not judged lowers the share" [ "$(jq -r .message x)" = "11 of 11 MUSTs hold, 73 % judged" ]
echo '{"type":"job","name":"x","vmm":"x"}' >none.log
virtproof report -f badge -o - none.log >x
expect "where nothing was judged it says so" [ "$(jq -r '[.message, .color] | join(" ")' x)" = "not judged lightgrey" ]

need_browser "the site"
walk site_pages.js "$folder/pages" ${SCREENSHOT:+"$SCREENSHOT"}

# The pages of what was really run: this QEMU here, others by test-others before. They stay in BUILD/site.
if ! command -v qemu-system-x86_64 >/dev/null || [ ! -e "$build/virtproof.elf" ]; then
	echo "skip the site of real runs: QEMU is not installed, or there is no image"
	exit 0
fi
virtproof run -q --confirm 0 --log qemu.log >out 2>&1
find "$build/others" -maxdepth 2 -path "*/runs/*.log" >others 2>/dev/null
rm -rf "$build/site"
status=0
xargs -d "\n" "$build/virtproof" site "$build/site" qemu.log <others >out 2>&1 || status=$?
expect "a site of real runs is written" status_is 0
expect "it judges clauses by the hundred" [ "$(jq "[.clauses[].vmms[] | select(.state != \"unjudged\")] | length" "$build/site/site.json")" -gt 250 ]
walk site_pages.js "$build/site"
exit 0
