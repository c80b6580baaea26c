#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the same image on many machines: machine types, CPUs, interrupt controllers, memory sizes,
# firmware, places of devices and BARs. Each boot is judged by its records.
# usage: matrix.sh BUILD [NAME-PATTERN]
set -uo pipefail

build=$1
only=${2:-.}
. "$(dirname "$0")/../lib.sh"
kernel=$build/virtproof.elf
jobs=2
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-matrix.XXXXXX")
trap 'rm -rf "$work"' EXIT
: >"$work/names"

# QEMU's queue_select keeps the queue selected before when it is told of one beyond its own 1024.
suite='vp.tests=transport vp.skip=PCI-COMMON-17'
few='vp.tests=transport.ids_*,transport.version_1_*,transport.device_works_after_reset'
blk='-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on'
devices="$blk -device virtio-blk-pci,drive=disk -device virtio-rng-pci"
kvm='-accel kvm -bios qboot.rom -m 24'
# The records of all clauses are too much for a CPU whose ring 0 is emulated.
brief="$few vp.format=text"

# records_of_text: the run, device and summary lines of vp.format=text as records.
records_of_text() {
	sed -nE \
		-e 's/^virtproof .*, ([0-9]+) CPUs?, (x2?apic), .* \((.*)\)$/{"type":"run","cpus":\1,"interrupt_controller":"\2","tsc_source":"\3"}/p' \
		-e 's/^([0-9a-f:.]+)  virtio-.* queues?, .*/{"type":"device","bdf":"\1"}/p' \
		-e 's/^([0-9]+) passed, ([0-9]+) warned, ([0-9]+) failed, .* ([0-9]+) errors in .*/{"type":"summary","pass":\1,"fail":\3,"warn":\2,"error":\4}/p'
}

# value FIELD FILE: the field of the one line of records given.
value() {
	sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$2" | head -1
}

# Looks at the records of a boot: FIELD=WANTED of the run record, and what stands below, with _ for a blank.
judge() { # judge NAME STATUS EXPECTATION…
	local records=$work/$1.out status=$2 problems='' want found
	shift 2
	# What firmware and boot loaders say may end in the line of the first record.
	sed -i 's/^.*\({"type":"run"\)/\1/' "$records"
	grep -q '^{"type":' "$records" || {
		records_of_text <"$records" >"$records.json"
		cat "$records.json" >>"$records"
	}
	grep '^{"type":"run"' "$records" >"$records.run"
	grep '^{"type":"summary"' "$records" >"$records.summary"
	for expectation in "$@"; do
		want=${expectation#*=}
		case $expectation in
		status=*) found=$status ;;
		devices=*) found=$(grep -c '^{"type":"device"' "$records") ;;
		high_bars=*) # BARs of virtio devices that QEMU has mapped above 4 GiB
			found=$(grep -cE 'pci_update_mappings_add .*virtio.*,0x[1-9a-f][0-9a-f]{8,}\+' \
				"$records.trace")
			[ "$found" -ge "$want" ] && found=$want ;;
		says=*)
			found=$(grep -qF "${want//_/ }" "$records" && echo "$want" || echo nothing) ;;
		echoes=*) # the same on the debug console
			found=$(grep -qsF "${want//_/ }" "$records.debugcon" && echo "$want" || echo nothing) ;;
		*) found=$(value "${expectation%%=*}" "$records.run") ;;
		esac
		[ "$found" = "$want" ] || problems+="${expectation%%=*} is $found, not $want; "
	done
	[ "$status" = 1 ] && for field in fail warn error; do
		found=$(value "$field" "$records.summary")
		[ "$found" = 0 ] || problems+="${found:-no} $field; "
	done
	echo "$problems"
}

# begin NAME: once it is its turn; false where it is not wanted.
begin() {
	grep -qE "$only" <<<"$1" || return 1
	echo "$1" >>"$work/names"
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
}

took() { # took NAME START: how long it took
	echo "$2 $EPOCHREALTIME" | awk '{printf "%.1f s\n", $2 - $1}' >"$work/$1.time"
}

# boot NAME 'EXPECTATION …' 'vp.words' QEMU-ARGUMENT …
# The records come by $console.
console=(-serial stdio)
boot() {
	local name=$1 expectations=$2 words=$3
	shift 3
	begin "$name" || return 0
	{
		local start=$EPOCHREALTIME line="vp.exit=debug vp.format=json $words"
		local way=(-kernel "$kernel" -append "$line")
		# Words for GRUB to hand on come with the machine: boot/grub.cfg.
		[ "${kernel##*.}" != iso ] || way=("${disc[@]}" -smbios "type=11,value=${line//,/,,}")
		limited 60 "${qemu[@]}" "${console[@]}" "${way[@]}" \
			-trace pci_update_mappings_add -D "$work/$name.out.trace" \
			"$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null
		# shellcheck disable=SC2086
		judge "$name" $? $expectations >"$work/$name.problems"
		took "$name" "$start"
	} &
}

leave_out() { # leave_out NAME REASON
	grep -qE "$only" <<<"$1" || return 0
	echo "$1" >>"$work/names"
	echo "$2" >"$work/$1.skipped"
}

good='status=1'
tables() { # tables KIND: of acpi_tables.c, for a machine without ACPI
	echo "-device loader,file=$build/$1,addr=0x80000,force-raw=on"
}

# ---- KVM first: it takes longest where ring 0 is emulated ---------------------------------------
if timeout -k 1 5 "${qemu[0]}" -accel kvm -M none -display none -nodefaults -monitor stdio \
	<<<quit >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	{
		boot kvm-irqchip-on "$good devices=1 interrupt_controller=x2apic tsc_source=kvmclock" "$brief" -M q35 $kvm \
			-machine kernel-irqchip=on -device virtio-rng-pci
		boot kvm-irqchip-split "$good devices=1 interrupt_controller=x2apic tsc_source=kvmclock" "$brief" -M q35 $kvm \
			-machine kernel-irqchip=split -device virtio-rng-pci
		boot kvm-xapic-2-cpus "$good devices=1 cpus=2 interrupt_controller=xapic" \
			"$brief vp.apic=xapic" -M q35 $kvm -smp 2 -device virtio-rng-pci
		# Far apart, so that the second CPU has an id of more than 8 bits, which intel-iommu must be able to.
		boot kvm-apic-id-256 "$good devices=1 cpus=2 interrupt_controller=x2apic" "$brief vp.tests=transport.ids_*" -M q35,kernel-irqchip=split $kvm \
			-cpu qemu64,+x2apic -smp 1,maxcpus=260,sockets=2,cores=130,threads=1 \
			-device intel-iommu,intremap=on,eim=on \
			-device qemu64-x86_64-cpu,socket-id=1,core-id=0,thread-id=0 -device virtio-rng-pci
	}
else
	for name in kvm-irqchip-on kvm-irqchip-split kvm-xapic-2-cpus kvm-apic-id-256; do
		leave_out $name '/dev/kvm cannot be used'
	done
fi

# ---- machines, CPUs, firmware -------------------------------------------------------------------
for machine in q35 pc; do
	for cpus in 1 2 4; do
		# shellcheck disable=SC2086
		boot "$machine-$cpus-cpus" "$good devices=2 boot=pvh cpus=$cpus interrupt_controller=xapic" \
			"$suite" -M $machine -m 64 -smp $cpus $devices
	done
	# shellcheck disable=SC2086
	boot "$machine-qboot" "$good devices=2" "$suite" -M $machine -m 64 -bios qboot.rom $devices
	# SeaBIOS makes ACPI tables of its own where it finds none.
	# shellcheck disable=SC2086
	boot "$machine-no-acpi" "$good devices=2" "$suite" -M $machine,acpi=off,hpet=off -m 64 \
		-bios qboot.rom $devices
done
# microvm names its configuration window in the DSDT alone.
# shellcheck disable=SC2086
boot microvm "$good devices=2 boot=pvh" "$suite" -M microvm,pcie=on -m 64 $devices
# shellcheck disable=SC2086
boot microvm-bare "$good devices=2" "$suite" \
	-M microvm,pcie=on,pit=off,pic=off,rtc=off -m 64 $devices
# Its own transport, told of on the command line or in the DSDT.
mmio='-global virtio-mmio.force-legacy=false -device virtio-rng-device,queue_reset=off'
# shellcheck disable=SC2086
boot microvm-mmio "$good devices=1" "$suite,MMIO-9,MMIO-TXT-5" -M microvm,acpi=off -m 64 $mmio
# shellcheck disable=SC2086
boot microvm-mmio-acpi "$good devices=1 cpus=2" "$suite,MMIO-9,MMIO-TXT-5" -M microvm,acpi=on -m 64 -smp 2 $mmio
# shellcheck disable=SC2086
boot microvm-mmio-legacy "$good devices=1" "$suite" -M microvm,acpi=off -m 64 -device virtio-rng-device
# shellcheck disable=SC2086
boot microvm-mmio-legacy-acpi "$good devices=1" "$suite" -M microvm,acpi=on -m 64 -device virtio-rng-device
# What is sent stays with a device behind which nobody is, and the requests of its own tests are no accusation.
boot net-alone "$good devices=1" "vp.tests=net.*" -M q35 -m 64 -netdev hubport,id=hub,hubid=0 -device virtio-net-pci,netdev=hub
# The legacy interface, alone, and beside the modern one. QEMU's net and rng serve nothing before DRIVER_OK.
legacy=disable-legacy=off,disable-modern
many="$devices -netdev user,id=net -device virtio-net-pci,netdev=net -device virtio-balloon-pci
	-chardev null,id=null -device virtio-serial-pci,id=con -device virtconsole,chardev=null,bus=con.0
	-blockdev null-co,node-name=unit,size=16777216,read-zeroes=on
	-device virtio-scsi-pci,id=scsi -device scsi-hd,drive=unit,bus=scsi.0"
# shellcheck disable=SC2086
boot q35-legacy "$good devices=6 cpus=2" "$suite,INIT-LEG-2" -M q35 -m 64 -smp 2 ${many//-pci/-pci,$legacy=on}
# shellcheck disable=SC2086
boot pc-legacy "$good devices=6" "$suite,INIT-LEG-2" -M pc -m 64 ${many//-pci/-pci,$legacy=on}
# shellcheck disable=SC2086
boot q35-transitional "$good devices=4" "$suite,INIT-LEG-2 vp.legacy" -M q35 -m 64 ${devices//-pci/-pci,$legacy=off}
# shellcheck disable=SC2086
boot 255-cpus "$good devices=1 cpus=255" "$few" -M q35 -m 128 -smp 255 -bios qboot.rom -device virtio-rng-pci
# shellcheck disable=SC2086
boot cpu-max "$good devices=2" "$suite" -M q35 -m 64 -cpu max $devices
# shellcheck disable=SC2086
boot cpu-core2duo "$good devices=2" "$suite" -M q35 -m 64 -cpu core2duo $devices

# ---- ways in -------------------------------------------------------------------------------------
# QEMU takes the image for a bzImage, and enters it in real mode.
kernel=$build/virtproof.img
for machine in q35 pc pc,acpi=off microvm,pcie=on; do
	# shellcheck disable=SC2086
	boot "bzimage-$machine" "$good devices=2 boot=linux16" "$suite" -M $machine -m 64 $devices
done
boot bzimage-too-long 'status=5 devices=0 says=longer_than_the_4095_bytes' \
	"vp.seed=1 $(printf %4200d 0)" -M q35 -m 64 -device virtio-rng-pci
# A machine without PCI, whose CPU is a 486 unless told otherwise.
for kind in elf img; do
	kernel=$build/virtproof.$kind
	boot "isapc-$kind" 'status=5 devices=0 says=this_CPU_has_no_64-bit_mode echoes=this_CPU_has_no_64-bit_mode' '' \
		-M isapc -m 64 -debugcon "file:$work/isapc-$kind.out.debugcon"
done
kernel=$build/virtproof.elf
boot isapc-64-bit 'status=5 devices=0 boot=pvh says=no_virtio_device_was_found' '' -M isapc -cpu qemu64 -m 64
# QEMU takes a file that is no bzImage for a kernel of the first Multiboot specification.
kernel=$work/multiboot1.img
cp "$build/virtproof.img" "$kernel"
printf '\0\0\0\0' | dd of="$kernel" bs=1 seek=$((0x202)) conv=notrunc status=none
for machine in q35 pc,acpi=off; do
	# shellcheck disable=SC2086
	boot "multiboot1-$machine" "$good devices=2 boot=multiboot1 loader=qemu" "$suite" -M $machine -m 64 $devices
done
kernel=$build/virtproof.elf

# Before it is packed.
kernel=$build/virtproof.debug.elf
# shellcheck disable=SC2086
boot unpacked "$good devices=2 boot=pvh" "$few" -M q35 -m 64 $devices
kernel=$build/virtproof.elf

# GRUB, from a disc, under either firmware; entry= is for its configuration.
kernel=$build/virtproof.iso
disc=(-cdrom "$kernel")
efi=/usr/share/OVMF/OVMF_CODE_4M.fd
iso() { # iso NAME 'EXPECTATION …' ENTRY QEMU-ARGUMENT …
	if [ -e "$kernel" ]; then
		# shellcheck disable=SC2086
		boot "iso-$1" "$2" "$few entry=$3" -m 128 "${@:4}" $devices
	else
		leave_out "iso-$1" "there is no $kernel"
	fi
}
iso_efi() { # the same under UEFI
	if [ -e "$efi" ]; then
		iso "efi-$1" "${@:2}" -M q35 -drive "if=pflash,format=raw,readonly=on,file=$efi"
	else
		leave_out "iso-efi-$1" "there is no $efi"
	fi
}
iso_efi multiboot1 "$good devices=2 boot=multiboot1 says=GRUB" multiboot1
iso_efi linux "$good devices=2 boot=linux32 high_bars=2" linux
for machine in q35 pc pc,acpi=off; do
	iso "$machine" "$good devices=2 boot=multiboot2 says=GRUB" multiboot2 -M $machine
done
iso multiboot1 "$good devices=2 boot=multiboot1 says=GRUB" multiboot1 -M q35
iso linux "$good devices=2 boot=linux32" linux -M q35
iso linux16 "$good devices=2 boot=linux16" linux16 -M q35
iso too-long 'status=5 devices=0 says=longer_than_the_4095_bytes' "multiboot2 $(printf %04200d 0)" -M q35
# The same bytes on a stick.
disc=(-drive "format=raw,snapshot=on,file=$kernel")
iso stick "$good devices=2 boot=multiboot2 says=GRUB" multiboot2 -M q35
iso_efi stick "$good devices=2 boot=multiboot2 says=GRUB" multiboot2
disc=(-cdrom "$kernel")
# What is there without a user's doing.
if [ -e "$kernel" ]; then
	boot iso-foreign-words 'status=0 devices=0 says=entry_multiboot2 says=no_virtio_device' '' -M q35 -m 64 \
		-smbios "type=11,value=A vendor's (own) vp=1"
fi
# The application, which OVMF takes as a kernel.
kernel=$build/virtproof.efi
if [ -e "$efi" ]; then
	boot efi-too-long 'status=5 devices=0 says=longer_than_the_4095_bytes' "$(printf %04200d 0)" -M q35 -m 128 \
		-drive "if=pflash,format=raw,readonly=on,file=$efi" -device virtio-rng-pci
else
	leave_out efi-too-long "there is no $efi"
fi
kernel=$build/virtproof.elf

# handoff NAME 'EXPECTATION …' PLACE ENTRY HANDED [ORDER=VALUE …]: the image at PLACE, entered as other loaders
# do with HANDED in esi and ebx (handoff.S), and what is in $work/NAME, if anything, at $blob.
# The blob lies above what the BIOS works in.
place=0x200000 zero_page=0x7000 start_info=0x5000 blob=0x2e00000
handoff() {
	local kernel=$build/handoff.elf name=$1 expectations=$2 at=$3 entry=$4 handed=$5 words=() n
	local long=0 ranges=0 magic=0 cr0=0 cr4=0 efer=0 mtrr=0
	shift 5
	[ $# = 0 ] || local "$@"
	local orders=("$entry" 0 "$handed" $((handed >> 32)) "$long" 0 "$ranges" 0 "$magic" 0 "$cr0" 0 "$cr4" 0
		"$efer" 0 "$mtrr" 0)
	for n in "${!orders[@]}"; do
		words+=(-device "loader,addr=$((0x2f00000 + 4 * n)),data=$((orders[n] & 0xffffffff)),data-len=4")
	done
	[ ! -e "$work/$name" ] || words+=(-device "loader,file=$work/$name,addr=$blob,force-raw=on")
	# shellcheck disable=SC2086
	boot "handoff-$name" "$expectations" "$few" -M q35 -m 64 "${words[@]}" \
		-debugcon "file:$work/handoff-$name.out.debugcon" \
		-device "loader,file=$build/virtproof.flat,addr=$at,force-raw=on" $devices
}
symbol() { # symbol NAME: where it is linked
	nm "$build/virtproof.debug.elf" | sed -n "s/^\([0-9a-f]*\) . $1\$/0x\1/p"
}
linux64=$(symbol linux64_entry)
# What UEFI has set and GRUB leaves so.
uefi='cr0=0x10033 cr4=0x648 efer=0x800'

# Firecracker, StratoVirt and OpenVMM put a bzImage at 1 MiB, Alioth at 16 MiB; crosvm's place is that of all
# ELF files; Cloud Hypervisor takes the 32-bit entry, as ACRN does, which does not look where it begins.
handoff 64-at-1M "$good devices=2 boot=linux64" 0x100000 0x100200 $zero_page long=1
handoff 64-at-its-place "$good devices=2 boot=linux64" $place "$linux64" $zero_page long=1
handoff 64-at-16M "$good devices=2 boot=linux64" 0x1000000 0x1000200 $zero_page long=1
# OpenVMM leaves all memory uncached.
handoff 64-as-openvmm "$good devices=2 boot=linux64" 0x100000 0x100200 $zero_page long=1 efer=0x800 mtrr=0x800
handoff 32-at-1M "$good devices=2 boot=linux32" 0x100000 0x100000 $zero_page
handoff 32-at-16M "$good devices=2 boot=linux32" 0x1001000 0x1001000 $zero_page
# kvmtool leaves the caches off.
handoff 32-without-caches "$good devices=2 boot=linux32" 0x100000 0x100000 $zero_page cr0=0x60000000
# shellcheck disable=SC2086
handoff 32-after-uefi "$good devices=2 boot=linux32" $place $place $zero_page $uefi
handoff 64-without-zero-page 'status=5 says=over_no_zero_page' $place "$linux64" 0 long=1
handoff 32-without-zero-page 'status=5 says=over_no_zero_page' 0x1000000 0x1000000 0
handoff zero-page-elsewhere 'status=5 says=over_no_zero_page_(wrong_magic) echoes=over_no_zero_page' $place "$linux64" $blob long=1
handoff zero-page-in-no-memory 'status=5 says=over_no_zero_page_(wrong_magic)' $place $place 0xfe000000
handoff zero-page-above-4G 'status=5 says=over_no_zero_page' $place "$linux64" 0x100007000 long=1
handoff zero-page-to-4G 'status=5 says=over_no_zero_page' $place $place 0xfffffff0
handoff zero-page-in-image 'status=5 says=where_the_image_belongs' $place "$linux64" 0x280000 long=1
handoff too-many-ranges 'status=5 says=more_than_128_ranges' $place "$linux64" $zero_page long=1 ranges=190

pvh=$(symbol pvh_entry)
handoff pvh-as-firecracker "$good devices=2 boot=pvh" $place "$pvh" $start_info
handoff pvh-elsewhere 'status=5 says=no_start_info_(wrong_magic) echoes=no_start_info' $place "$pvh" $blob
handoff pvh-in-image 'status=5 says=the_start_info_where_the_image_belongs' $place "$pvh" 0x280000

le32() { # le32 NUMBER …: each as four bytes
	local number
	for number; do
		# shellcheck disable=SC2059
		printf "$(printf '\\x%02x' $((number & 255)) $((number >> 8 & 255)) $((number >> 16 & 255)) \
			$((number >> 24 & 255)))"
	done
}
ram='0 0 0x9f000 0 1 0 0x100000 0 0x3d00000 0 1 0' # ranges of Multiboot2, as machines of 64 MiB have them

# Who hands over the information of the first Multiboot specification: with sizes and no map, and badly.
multiboot1() { # multiboot1 NAME 'EXPECTATION …' HANDED [ORDER=VALUE …]
	handoff "multiboot1-$1" "$2" $place "$multiboot1" "$3" magic=0x2badb002 "${@:4}"
}
multiboot1=$(symbol multiboot1_entry)
# flags (1 sizes, 4 command line, 0x40 map), sizes, command line; map and its entries after 72 bytes
information1() { # information1 FLAGS MAP-SIZE ENTRY-SIZE
	le32 "$1" 639 62464 0 $((blob + 96)) 0 0 0 0 0 0 "$2" $((blob + 72)) 0 0 0 0 0
	le32 "$3" 0x100000 0 0x3d00000 0 1
	printf 'vp.exit=debug vp.format=json %s\0' "$few"
}
information1 5 0 0 >"$work/multiboot1-sizes"
information1 4 0 0 >"$work/multiboot1-no-memory"
information1 0x44 24 12 >"$work/multiboot1-short-entry"
information1 0x44 24 28 >"$work/multiboot1-long-entry"
multiboot1 sizes "$good devices=2 boot=multiboot1" $blob
multiboot1 no-memory 'status=5 says=Multiboot_loader_tells_nothing_of_the_memory' $blob
multiboot1 short-entry 'status=5 says=has_an_entry_of_a_wrong_size' $blob
multiboot1 long-entry 'status=5 says=has_an_entry_of_a_wrong_size' $blob
multiboot1 wrong-magic 'status=5 says=Multiboot_loader_handed_over_no_information echoes=Multiboot_loader' $blob magic=0x36d76289
multiboot1 nothing 'status=5 says=Multiboot_loader_handed_over_no_information' 0
multiboot1 in-image 'status=5 says=where_the_image_belongs' 0x280000

# The same of Multiboot2; GRUB comes with the ISO below.
multiboot2() { # multiboot2 NAME 'EXPECTATION …' HANDED [ORDER=VALUE …]
	handoff "multiboot2-$1" "$2" $place "$multiboot2" "$3" magic=0x36d76289 "${@:4}"
}
multiboot2=$(symbol multiboot2_entry)
information2() { # information2 SIZE TAG-SIZE RANGE-SIZE: a memory map of two ranges, a command line, the end
	# shellcheck disable=SC2086
	le32 "$1" 0 6 64 "$3" 0 $ram 1 "$2"
	printf '%-248s' "vp.exit=debug vp.format=json $few"
	le32 0 8
}
information2 336 256 24 >"$work/multiboot2-after-uefi"
information2 4 256 24 >"$work/multiboot2-small"
information2 0xffffffff 256 24 >"$work/multiboot2-large"
information2 328 256 24 >"$work/multiboot2-no-end"
information2 336 4 24 >"$work/multiboot2-short-tag"
information2 336 257 24 >"$work/multiboot2-long-tag"
information2 336 256 20 >"$work/multiboot2-short-ranges"
le32 16 0 0 8 >"$work/multiboot2-no-memory"
# shellcheck disable=SC2086
multiboot2 after-uefi "$good devices=2 boot=multiboot2" $blob $uefi
multiboot2 small 'status=5 says=a_size_that_cannot_be' $blob
multiboot2 large 'status=5 says=a_size_that_cannot_be' $blob
multiboot2 no-end 'status=5 says=has_a_tag_of_a_wrong_size' $blob
multiboot2 short-tag 'status=5 says=has_a_tag_of_a_wrong_size' $blob
multiboot2 long-tag 'status=5 says=has_a_tag_of_a_wrong_size' $blob
multiboot2 short-ranges 'status=5 says=has_entries_of_a_wrong_size' $blob
multiboot2 no-memory 'status=5 says=Multiboot2_loader_tells_nothing_of_the_memory' $blob
multiboot2 wrong-magic 'status=5 says=Multiboot2_loader_handed_over_no_information echoes=Multiboot2_loader' $blob magic=0x2badb002
multiboot2 askew 'status=5 says=Multiboot2_loader_handed_over_no_information' $((blob + 4))
multiboot2 in-image 'status=5 says=where_the_image_belongs' 0x280000

# ---- screens ----------------------------------------------------------------------------------
# screen NAME SAYS DUMP-COMMAND QEMU-ARGUMENT …: what stands on the screen at the end is the end of what the UART sends,
# as far as a line reaches there; SAYS is somewhere in it, with _ for a blank.
screen() {
	local name=screen-$1 says=${2//_/ } dump=$3
	shift 3
	if [[ $* = *virtproof.iso* && ! -e $build/virtproof.iso ]] || [[ $* = *$efi* && ! -e $efi ]]; then
		leave_out "$name" "there is no disc, or no $efi"
		return
	fi
	begin "$name" || return 0
	{
		local start=$EPOCHREALTIME said=$work/$name.out picture=$work/$name.picture
		: >"$said"
		{
			for ((n = 600 * $(times_as_long); n > 0; n--)); do
				grep -q "is switched off in" "$said" && break
				sleep 0.1
				echo # ends here when nobody reads it any more
			done
			echo "$dump \"$picture\""
			echo quit
		} | limited 60 "${qemu[@]}" -vga std -monitor stdio -serial "file:$said" -m 128 "$@" \
			>"$work/$name.err" 2>&1
		perl selfcheck/boot/screen.pl arch/x86/say/font.c "$picture" >"$picture.text" 2>>"$work/$name.err"
		tr -d '\r' <"$said" | awk -v shown="$picture.text" '
			{ said[NR] = $0 }
			END {
				while ((getline line < shown) > 0) { text[++lines] = line; if (line != "") last = lines }
				for (n = 0; n < 10; n++)
					if (substr(said[NR - n], 1, 80) != substr(text[last - n], 1, 80))
						print "the screen has \"" text[last - n] "\", not \"" said[NR - n] "\"; "
			}' >"$work/$name.problems"
		grep -qF "$says" "$said" || echo "$says is not said" >>"$work/$name.problems"
		grep -qE '^[0-9]+ passed, 0 warned, 0 failed, .* 0 errors' "$said" || echo 'not all is well' >>"$work/$name.problems"
		[ -s "$work/$name.problems" ] || echo >"$work/$name.problems"
		took "$name" "$start"
	} &
}
enough=$suite # lines for the screen to move up
for entry in multiboot2 linux; do
	# shellcheck disable=SC2086
	screen "bios-$entry" TSC "pmemsave 0xb8000 4000" -M q35 -cdrom "$build/virtproof.iso" $devices \
		-smbios "type=11,value=${enough//,/,,} entry=$entry"
done
# shellcheck disable=SC2086
screen uefi-multiboot2 "(pm-timer)" screendump -M q35 -cdrom "$build/virtproof.iso" $devices \
	-smbios "type=11,value=${enough//,/,,}" -drive "if=pflash,format=raw,readonly=on,file=$efi"
# shellcheck disable=SC2086
screen efi entry_efi screendump -M q35 -kernel "$build/virtproof.efi" -append "$enough" $devices \
	-drive "if=pflash,format=raw,readonly=on,file=$efi"

# ---- memory -------------------------------------------------------------------------------------
for size in 16M 32M 33M 64M 127M 3G 4G; do
	# shellcheck disable=SC2086
	boot "memory-$size" "$good devices=2" "$suite" -M q35 -m $size $devices
done
# Nearly all that fits below 1 TiB, where the physical addresses of this CPU end.
boot memory-900G "$good devices=1" "$suite" -M q35,memory-backend=ram -m 900G \
	-object memory-backend-ram,id=ram,size=900G,reserve=off -device virtio-rng-pci
# A BAR that no hole below 4 GiB can hold takes all 64-bit BARs with it.
# shellcheck disable=SC2086
boot bars-above-4G "$good devices=2 high_bars=2" "$suite" -M q35 -m 5G \
	-device pci-testdev,membar=8G $devices

# ---- where devices are --------------------------------------------------------------------------
# shellcheck disable=SC2086
boot root-port "$good devices=2" "$suite" -M q35 -m 64 $blk \
	-device pcie-root-port,id=a,slot=1 -device virtio-blk-pci,drive=disk,bus=a \
	-device pcie-root-port,id=b,slot=2 -device virtio-rng-pci,bus=b
# shellcheck disable=SC2086
boot root-port-qboot "$good devices=1" "$suite" -M q35 -m 64 -bios qboot.rom $blk \
	-device pcie-root-port,id=a,slot=1 -device virtio-blk-pci,drive=disk,bus=a
# shellcheck disable=SC2086
boot root-port-above-4G "$good devices=1 high_bars=1" "$suite" -M q35 -m 5G $blk \
	-device pci-testdev,membar=8G \
	-device pcie-root-port,id=a,slot=1,pref64-reserve=16M \
	-device virtio-blk-pci,drive=disk,bus=a
boot pci-bridge "$good devices=1" "$suite" -M pc -m 64 \
	-device pci-bridge,id=a,chassis_nr=1 -device virtio-rng-pci,bus=a,addr=3
boot functions "$good devices=2" "$suite" -M q35 -m 64 \
	-device virtio-rng-pci,addr=5.0,multifunction=on -device virtio-rng-pci,addr=5.3
boot expander "$good devices=1" "$suite" -M pc -m 64 -bios qboot.rom -device pxb,bus_nr=200,id=a \
	-device virtio-rng-pci,bus=a,addr=3
boot expander-express "$good devices=2" "$suite" -M q35 -m 64 \
	-device pxb-pcie,bus_nr=128,id=a,bus=pcie.0 -device pcie-root-port,bus=a,id=b,slot=9 \
	-device virtio-rng-pci,bus=b -device virtio-rng-pci,bus=pcie.0
# One window that is told as two segments: what is on bus 0 is found in both, and where the second puts its BARs.
# shellcheck disable=SC2046
boot segments "$good devices=2 says=0001:00:02.0" "$few vp.device=0001:*" -M q35,acpi=off -m 64 -bios qboot.rom \
	$(tables segments) -device virtio-rng-pci,addr=2
boot ecam-word "$good devices=1" "$few vp.ecam=0xb0000000" -M q35,acpi=off -m 64 -device virtio-rng-pci
# No board without the configuration ports gives ports to a BAR: kicks go to memory.
boot microvm-port-bar "$good devices=1" "$suite" -M microvm,pcie=on -m 64 \
	-device virtio-rng-pci,modern-pio-notify=on
# shellcheck disable=SC2086
boot behind-iommu "$good devices=1" "$suite" -M q35 -m 64 -device intel-iommu \
	-device virtio-rng-pci,iommu_platform=on,disable-legacy=on

# What is plugged in between firmware and image: its slot has no power then, where the port has a controller for it.
plug() { # plug NAME QEMU-ARGUMENT …
	local name=plug-$1 line="vp.exit=debug vp.format=json $few"
	shift
	if [ ! -e "$build/virtproof.iso" ]; then
		leave_out "$name" "there is no disc"
		return
	fi
	begin "$name" || return 0
	{
		local start=$EPOCHREALTIME n
		: >"$work/$name.bios"
		{
			for ((n = 1200 * $(times_as_long); n > 0; n--)); do
				grep -q "Booting from" "$work/$name.bios" && break
				sleep 0.05
				echo # ends here when nobody reads it any more
			done
			echo "device_add virtio-rng-pci,bus=empty"
		} | limited 60 "${qemu[@]}" -monitor stdio -serial "file:$work/$name.out" -M q35 -m 64 "$@" \
			-device isa-debugcon,iobase=0x402,chardev=bios -chardev "file,id=bios,path=$work/$name.bios" \
			-device pcie-root-port,id=empty,slot=1 -cdrom "$build/virtproof.iso" \
			-smbios "type=11,value=${line//,/,,}" >"$work/$name.err" 2>&1
		judge "$name" "${PIPESTATUS[1]}" "$good" devices=1 says=01:00.0 >"$work/$name.problems"
		took "$name" "$start"
	} &
}
plug by-acpi
plug with-power -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off

many=()
for slot in 1 2 3 4 5 6 7 8; do
	for function in 0 1 2 3 4 5 6 7; do
		many+=(-device "virtio-rng-pci,addr=$slot.$function,multifunction=on")
	done
done
boot 64-devices "$good devices=64" "$few" -M q35 -m 64 "${many[@]}"

# ---- time ---------------------------------------------------------------------------------------
# Whoever is no hypervisor has no timer of a known frequency in its local APICs.
timeless='-cpu qemu64,-hypervisor -m 64 -bios qboot.rom'
# shellcheck disable=SC2046,SC2086
{
	boot time-hpet "$good devices=1 tsc_source=hpet" "$few" -M pc,acpi=off,pit=off $timeless $(tables hpet) \
		-device virtio-rng-pci
	boot time-pit "$good devices=1 tsc_source=pit" "$few" -M pc,acpi=off,hpet=off $timeless -device virtio-rng-pci
	boot time-none "$good devices=1 tsc_source=assumed says=no_clock_tells_how_fast" "$few" \
		-M pc,acpi=off,hpet=off,pit=off $timeless -device virtio-rng-pci
}

# ---- consoles ----------------------------------------------------------------------------------
# Without a UART: a debug console, else a device of the machine, which then is none that is judged.
for port in 0xe9 0x402; do
	# shellcheck disable=SC2086
	console=(-device "isa-debugcon,iobase=$port,chardev=text" -chardev stdio,id=text)
	boot "debugcon-$port" "$good devices=2" "$few" -M q35 -m 64 $devices
done
speaker=(-chardev stdio,id=text -device virtconsole,chardev=text,bus=speaker.0)
console=(-device virtio-serial-pci,id=speaker,addr=4 "${speaker[@]}")
boot console-device "$good devices=2 says=00:04.0_is_what_this_is_written_to" "$few" -M q35 -m 64 $devices
boot console-device-traced "$good devices=1 says=trace:" "$few vp.trace" -M q35 -m 64 -device virtio-rng-pci
boot console-device-transitional "$good devices=1" "$few vp.legacy" -M q35 -m 64 -device virtio-rng-pci,disable-legacy=on
boot console-device-alone "status=5 devices=0 says=no_virtio_device_was_found" "$few" -M q35 -m 64
console=(-device virtio-serial-pci,id=speaker,disable-modern=on,disable-legacy=off "${speaker[@]}")
boot console-device-legacy "$good devices=1" "$few" -M q35 -m 64 -device virtio-rng-pci
console=(-device virtio-serial-device,id=speaker "${speaker[@]}")
boot console-device-mmio "$good devices=1" "$few" -M microvm,acpi=off -m 64 $mmio
# Two of them, and a UART that nobody wants to hear.
console=(-serial null -device virtio-serial-pci,id=speaker,addr=4 "${speaker[@]}")
boot console-device-wanted "$good devices=1" "$few vp.console=virtio" -M q35 -m 64 \
	-device virtio-serial-pci,addr=5
console=(-serial stdio)

# ---- what cannot be judged ----------------------------------------------------------------------
boot no-device 'status=5 says=no_virtio_device_was_found' "$suite" -M q35 -m 64
# It has an interface of ports alone, and there are no ports.
boot cannot-be-driven "status=5 devices=1 says=00:01.0_is_a_virtio-rng_device_that_cannot_be_driven says=no_selected_device_can_be_driven" \
	"$few" -M microvm,pcie=on -m 64 -device virtio-rng-pci,disable-modern=on,disable-legacy=off
# shellcheck disable=SC2086
boot unknown-word 'status=5 devices=0 says=vp.bogus' "$suite vp.bogus=1" -M q35 -m 64 $devices
# shellcheck disable=SC2086
boot bad-value 'status=5 devices=0 says=vp.format' "vp.format=xml" -M q35 -m 64 $devices
boot bad-number 'status=5 devices=0 says=must_be_from_1_to_256' "vp.cpus=257" -M q35 -m 64 -device virtio-rng-pci
boot too-long 'status=5 devices=0 says=longer_than_the_4095_bytes' \
	"vp.seed=1 $(printf %4200d 0)" -M q35 -m 64 -bios qboot.rom -device virtio-rng-pci
# shellcheck disable=SC2046
boot lying-acpi "$good devices=1 cpus=1 says=more_than_8_windows says=is_not_read_any_further \
	says=entry_of_type_1_and_length_0 says=CPU_with_APIC_id_85_did_not_start" "$few" \
	-M pc,acpi=off -m 64 -bios qboot.rom $(tables lies) -device virtio-rng-pci
# shellcheck disable=SC2086
boot legacy-beside-modern "$good devices=2" "$suite" -M q35 -m 64 $blk \
	-device virtio-blk-pci,drive=disk,disable-modern=on -device virtio-rng-pci
wait

while read -r name; do
	if [ -e "$work/$name.skipped" ]; then
		skip "$(printf '%-20s %s' "$name" "$(cat "$work/$name.skipped")")"
	elif [ ! -s "$work/$name.problems" ] || [ "$(cat "$work/$name.problems")" != '' ]; then
		verdict 1 "$(printf '%-20s %s' "$name" "$(cat "$work/$name.problems")")"
		grep -E '"verdict":"(fail|warn|error)"|"type":"note"' "$work/$name.out" | head -5
		head -3 "$work/$name.err"
	else
		verdict 0 "$(printf '%-20s %s' "$name" "$(cat "$work/$name.time")")"
	fi
done <"$work/names"

# Another time, by another user: the same disc.
if [ -e "$build/virtproof.iso" ] && grep -qE "$only" <<<iso-again; then
	(umask 077 && TZ=Pacific/Auckland scripts/iso.sh "$work/again.iso" "$build/virtproof.img" boot/grub.cfg >/dev/null)
	cmp "$build/virtproof.iso" "$work/again.iso"
	verdict $? "iso-again"
fi

# What is handed out, and what a loader moves, stays small.
if grep -qE "$only" <<<size; then
	size=$(wc -c <"$build/virtproof.elf")
	((size <= 640 * 1024))
	verdict $? "size                 of virtproof.elf: $size bytes of at most 655360"
fi

# Where there are no tools for a disc, none is made, and nothing fails.
if grep -qE "$only" <<<iso-without-tools; then
	mkdir "$work/no-tools"
	ln -s "$(command -v rm)" "$work/no-tools/rm"
	said=$(PATH=$work/no-tools "$BASH" scripts/iso.sh "$work/none.iso" "$build/virtproof.img" boot/grub.cfg)
	[[ $? = 0 && $said == *'is left out: there is no grub-mkimage'* && ! -e $work/none.iso ]]
	verdict $? "iso-without-tools    $said"
fi
sum_up test-boot
