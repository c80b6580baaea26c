#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes a disc image that GRUB boots, under BIOS and UEFI, where the tools for it are at hand; else there is none, and
# it is said why.
# usage: iso.sh ISO IMAGE GRUB-CONFIGURATION
set -euo pipefail

iso=$1
rm -f "$iso"
lacks() { # lacks REASON
	echo "$iso is left out: $1 (\`make setup\` installs what it takes)"
	exit 0
}

grub=$(command -v grub-mkrescue || command -v grub2-mkrescue) || lacks 'there is no grub-mkrescue'
for tool in xorriso mformat; do
	command -v $tool >/dev/null || lacks "there is no $tool"
done
for platform in i386-pc x86_64-efi; do
	[ -d /usr/lib/grub/$platform ] || [ -d /usr/share/grub2/$platform ] || [ -d /usr/lib/grub2/$platform ] && continue
	echo "$iso: without GRUB for $platform, which is not installed"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-iso.XXXXXX")
trap 'rm -rf "$work"' EXIT
# What grub-mkrescue wants to load under UEFI whether it is there or not.
parts=$(printf "part_%s " acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc)
mkdir -p "$work/tree/boot/grub"
cp "$2" "$work/tree/boot/virtproof.img"
cp "$3" "$work/tree/boot/grub/grub.cfg"
"$grub" --compress=xz --fonts= --locales= --themes= \
	--install-modules="all_video linux linux16 multiboot multiboot2 normal regexp smbios test $parts" \
	-o "$work/iso" "$work/tree" -- -volid VIRTPROOF >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
mv "$work/iso" "$iso"
echo "$iso: $(wc -c <"$iso") bytes"
