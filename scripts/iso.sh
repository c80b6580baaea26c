#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes a disc image that GRUB boots, under BIOS and UEFI, where the tools for it are at hand; else there is none, and
# it is said why. The same image makes the same disc: what would tell when and where it was made is set here, which
# grub-mkrescue cannot be told.
# usage: iso.sh ISO IMAGE GRUB-CONFIGURATION
set -euo pipefail

iso=$1
rm -f "$iso"
lacks() { # lacks REASON
	echo "$iso is left out: $1 (\`make setup\` installs what it takes)"
	exit 0
}

grub=$(command -v grub-mkimage || command -v grub2-mkimage) || lacks 'there is no grub-mkimage'
for tool in xorriso mformat mcopy; do
	command -v $tool >/dev/null || lacks "there is no $tool"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-iso.XXXXXX")
trap 'rm -rf "$work"' EXIT
# All dates, and by them the disc's own number. What has no time zone is written in UTC.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-946684800} TZ=UTC0
# Firmware may have started GRUB from a part of the disc that has nothing else.
cat >"$work/early.cfg" <<'END'
search --file --set=root /boot/virtproof.img
set prefix=($root)/boot/grub
END
folder_of() { # folder_of PLATFORM: of GRUB's modules for it
	local folder
	for folder in /usr/lib/grub/"$1" /usr/share/grub2/"$1" /usr/lib/grub2/"$1"; do
		[ ! -d "$folder" ] || break
	done
	[ -d "$folder" ] || echo "$iso: without GRUB for $1, which is not installed" >&2
	[ -d "$folder" ] && echo "$folder"
}
core() { # core FORMAT FOLDER FILE MODULE …: GRUB with all modules that it will want
	"$grub" -O "$1" -d "$2" -o "$3" -p /boot/grub -c "$work/early.cfg" all_video boot configfile iso9660 linux \
		multiboot multiboot2 normal part_gpt part_msdos regexp search smbios test "${@:4}"
}

tree=$work/tree
mkdir -p "$tree/boot/grub"
cp "$2" "$tree/boot/virtproof.img"
cp "$3" "$tree/boot/grub/grub.cfg"
boots=()
if folder=$(folder_of i386-pc); then
	core i386-pc-eltorito "$folder" "$tree/boot/grub/bios.img" biosdisk linux16
	boots+=(-b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info
		--grub2-mbr "$folder/boot_hybrid.img")
fi
if folder=$(folder_of x86_64-efi); then
	core x86_64-efi "$folder" "$work/bootx64.efi" efi_gop
	mformat -C -i "$tree/efi.img" -N 0 -h 2 -s 18 -T $(($(stat -c %s "$work/bootx64.efi") / 512 + 200)) ::
	mmd -i "$tree/efi.img" ::/efi ::/efi/boot
	mcopy -i "$tree/efi.img" "$work/bootx64.efi" ::/efi/boot/bootx64.efi
	boots+=(--efi-boot efi.img -efi-boot-part --efi-boot-image)
fi
find "$tree" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
# Without weights files lie in the order of their inodes here.
xorriso -as mkisofs -r -volid VIRTPROOF --protective-msdos-label "${boots[@]}" -o "$work/iso" "$tree" \
	--sort-weight 4 /boot/grub/bios.img --sort-weight 3 /efi.img --sort-weight 2 /boot/grub/grub.cfg \
	--sort-weight 1 /boot/virtproof.img >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
mv "$work/iso" "$iso"
echo "$iso: $(wc -c <"$iso") bytes"
