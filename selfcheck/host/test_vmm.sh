#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Descriptors: what becomes of their templates, and what is said of those that are wrong.
. "$(dirname "$0")/common.sh"

virtproof list >"$folder/out"
for vmm in qemu cloud-hypervisor firecracker crosvm kvmtool libkrun; do
	expect "$vmm is known" grep -q "^$vmm " "$folder/out"
	: >"$folder/image"
	for device in $(virtproof list $vmm | sed -n '/^devices:/,/^[a-z -]*:$/s/^  \([^ ]*\) .*/\1/p'); do
		virtproof run --vmm $vmm --image "$folder/image" -d "$device" --print \
			>"$folder/command" 2>&1
		status=$?
		if [ $status -ne 0 ] || grep -q '[{][a-z][a-z-]*[}]' "$folder/command"; then
			echo "not ok $vmm's $device is a command"
			sed 's/^/  | /' "$folder/command"
		else
			echo "ok $vmm's $device is a command"
		fi
	done
done

# A VMM that prints how it was started, and the configuration file that was written for it.
cat >"$folder/printing_vmm" <<'END'
#!/bin/sh
case "$*" in *version*) echo "v9.8.7"; exit ;; esac
printf '%s\n' "$@" >"$PRINT_TO"
for word; do case $word in *.json) cat "$word" >"$PRINT_TO.json" ;; esac; done
echo '{"type":"start","suite":"a","test":"b","n":1,"of":1}'
echo '{"type":"test","suite":"a","test":"b","verdict":"pass"}'
echo '{"type":"summary"}'
END
chmod +x "$folder/printing_vmm"
export PRINT_TO=$folder/printed
started() {
	virtproof run --program "env PRINT_TO=$PRINT_TO $folder/printing_vmm" --image "$folder/image" "$@" >"$folder/out" 2>&1
}
printed() {
	tr '\n' ' ' <"$PRINT_TO" | grep -qF -- "$1"
}

started -M microvm -d rng -d blk-scratch -d blk-scratch
expect "a machine's places are handed out in their order" printed "vp.scratch=mmio@feb02c00,mmio@feb02a00"
# shellcheck disable=SC2046 # words
started -M microvm $(printf -- '-d rng %.0s' {1..25})
expect "a machine that has no place left says so" says "this machine takes 24 devices at most"

started --vmm firecracker -d blk-scratch -d blk-read-only -d rng -d vsock -c 3 -A 'vp.seed="a b"'
expect "Firecracker's configuration is JSON" perl -MJSON::PP -0777 -e 'decode_json(<>)' "$PRINT_TO.json"
expect "Firecracker's configuration has both drives" \
	grep -q '"drives":\[{"drive_id":"disk0".*},{"drive_id":"disk1".*"is_read_only":true}\]' "$PRINT_TO.json"
expect "Firecracker's configuration has what is there once" grep -q ',"entropy":{},"vsock":{' "$PRINT_TO.json"
expect "Firecracker's configuration has the quoted command line" \
	grep -qF 'vp.seed=\"a b\"' "$PRINT_TO.json"
started --vmm firecracker -d none
expect "Firecracker without devices is JSON too" grep -q '"drives":\[\],"network-interfaces":\[\]}$' "$PRINT_TO.json"
started --vmm cloud-hypervisor -d blk-scratch -d blk-scratch -d rng
expect "Cloud Hypervisor gets one --disk for all" \
	sh -c 'tr "\n" " " <"$PRINT_TO" | grep -q -- "--disk path=[^ ]*disk0.raw,image_type=raw,id=virtio0,pci_device_id=3 path=[^ ]*disk1.raw"'
expect "its scratch disks are named to the image" printed "vp.scratch=all,all"
expect "the version is that of the VMM" says "on cloud-hypervisor 9.8.7"
started --vmm kvmtool -M pci-legacy
expect "kvmtool gets its transport" printed "--virtio-transport pci-legacy --disk"
started --vmm libkrun -d blk-read-only -d console
expect "libkrun gets words of its launcher" printed "disk0.raw,ro --console"
started --vmm crosvm
expect "crosvm gets the image last" sh -c 'tail -1 "$PRINT_TO" | grep -q image'
started --vmm qemu -d blk,packed=on -d vhost-user-blk -d vhost-user-blk -m 96 -- -trace 'a b'
expect "properties go to the device" printed "virtio-blk-pci,id=virtio0,drive=disk0,addr=03,packed=on"
expect "what several devices need is said once" \
	sh -c '[ "$(grep -c memory-backend-memfd "$PRINT_TO")" = 1 ]'
expect "the user's words for the VMM stay as they are" sh -c 'grep -qx "a b" "$PRINT_TO"'
expect "the scratch disk of the default set is named by its place" \
	sh -c "'$build/virtproof' run --print --image '$folder/image' | grep -q vp.scratch=00:04.0"

# A machine that starts another kind of image in a way of its own.
printed_run() {
	"$build/virtproof" run --vmm qemu -d rng -M "$1" --print >"$folder/out" 2>&1
}
printed_run q35-disc
expect "a machine may start a kind of image of its own" says "-boot d -cdrom $build/virtproof.iso -smbios type=11,path=/"
expect "a machine may be started by a command of its own" sh -c "! grep -q -- -kernel '$folder/out'"
expect "a file is written for the machine that it is for" grep -q "^printf %s 'vp.exit=debug' >.*/words$" "$folder/out"
printed_run q35
expect "a file is not written for another machine" sh -c "! grep -q /words '$folder/out'"
printed_run q35-uefi
expect "UEFI gets its application" says "-kernel $build/virtproof.efi -append"

# What is printed runs without the program: folder, files, daemons and VMM.
runs_alone() {
	mkdir -p "$folder/alone"
	TMPDIR="$folder/alone" virtproof run "$@" --print >"$folder/script" &&
		PRINT_TO="$PRINT_TO" timeout 60 sh "$folder/script" >"$folder/out" 2>&1 &&
		[ -z "$(ls "$folder/alone")" ]
}
expect "what is printed runs" runs_alone --vmm "$here/stand-in.ini" --program "$build/host/stand-in" -d served
expect "it judges" says '"type":"summary"'
expect "its daemon is gone with it" [ -z "$(pgrep -f "stand-in --serve $folder/alone")" ]
expect "what is printed for Firecracker runs" runs_alone --vmm firecracker --image "$folder/image" \
	--program "$folder/printing_vmm" -d blk-scratch -d rng
expect "with its configuration" perl -MJSON::PP -0777 -e 'decode_json(<>)' "$PRINT_TO.json"

printf '[vmm]\ncommand=x {nonsense}\nimage=none\n[machine *]\n[accelerator *]\n' >"$folder/bad.ini"
started --vmm "$folder/bad.ini"
expect "an unknown name in a template is told" says "{nonsense} stands for nothing known"
printf '[vmm]\n' >"$folder/bad.ini"
started --vmm "$folder/bad.ini"
expect "a descriptor without a command is refused" says "has no command"
started --vmm nothing
expect "an unknown VMM is told with the known ones" says "known are: alioth, cloud-hypervisor, crosvm"
started --vmm qemu -d teapot
expect "an unknown device is told with the known ones" says "no device 'teapot'; known are: blk"
started --vmm qemu --image "$folder/missing"
expect "a missing image is told" says "there is no image $folder/missing"

mkdir "$folder/own"
printf '[vmm]\ntitle=Mine\ncommand=true\nimage=none\n' >"$folder/own/mine.ini"
VIRTPROOF_VMM_PATH=$folder/own virtproof list >"$folder/out"
expect "a descriptor of the user's own is found" says "mine               Mine"

# The pages: each names what its descriptor and its expectations have, and its commands are such.
cd "$here/../.." || exit 1
lacking() { # lacking PAGE: of the words on standard input
	local word
	while read -r word; do
		grep -qF -- "$word" "$1" || echo "$word"
	done >"$folder/out"
	[ ! -s "$folder/out" ]
}
for page in docs/vmm/*.md; do
	vmm=$(basename "$page" .md)
	expect "$page has all that the descriptor has" lacking "$page" < <(virtproof list "$vmm" |
		sed '/^accelerators:/,/^  default  *$/d' | sed -n 's/^  \([^ ]*\).*/`\1`/p')
	# Of QEMU there is too much, in too many versions.
	[ "$vmm" = qemu ] || expect "$page has what is known" lacking "$page" < <(cat known/expect/"$vmm"-*.expect |
		sed -n 's/^\([A-Z][A-Z0-9-]*\)[?@\t].*/\1/p')
	sed -n '/^```sh$/,/^```$/p' "$page" | sed -n 's/ *#.*//; s,^build/virtproof run,,p' >"$folder/commands"
	expect "$page has commands" [ -s "$folder/commands" ]
	while read -r words; do
		status=0
		eval "virtproof run $words --image '$folder/image' --print" >"$folder/out" 2>&1 || status=$?
		expect "$page: build/virtproof run $words" status_is 0
		[ "$vmm" = qemu ] || expect "it is of this VMM" test -z "${words##*--vmm $vmm *}"
	done <"$folder/commands"
done
for page in README.md docs/*.md docs/vmm/*.md; do
	while read -r link; do
		[ -e "$(dirname "$page")/${link%%#*}" ] || echo "$link"
	done < <(grep -o '](\(\.\./\)*[a-zA-Z][^):]*)' "$page" | sed 's/^](//; s/)$//') >"$folder/out"
	expect "what $page leads to is there" [ ! -s "$folder/out" ]
done
