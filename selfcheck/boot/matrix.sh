#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots the same image on many machines: machine types, CPUs, interrupt controllers, memory sizes,
# firmware, places of devices and BARs. Each boot is judged by its records.
# usage: matrix.sh BUILD [NAME-PATTERN]
set -uo pipefail

build=$1
only=${2:-.}
. "$(dirname "$0")/../lib.sh"
jobs=2
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-matrix.XXXXXX")
trap 'rm -rf "$work"' EXIT

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
		-e 's/^virtproof .*, ([0-9]+) CPUs?, (x2?apic), .*/{"type":"run","cpus":\1,"interrupt_controller":"\2"}/p' \
		-e 's/^([0-9a-f:.]+)  virtio-.* queues?, .*/{"type":"device","bdf":"\1"}/p' \
		-e 's/^([0-9]+) passed, ([0-9]+) warned, ([0-9]+) failed, .* ([0-9]+) errors in .*/{"type":"summary","pass":\1,"fail":\3,"warn":\2,"error":\4}/p'
}

# value FIELD FILE: the field of the one line of records given.
value() {
	sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$2" | head -1
}

# Looks at the records of a boot: FIELD=WANTED of the run record, and devices=, fail=, note=PATTERN.
judge() { # judge NAME STATUS EXPECTATION…
	local records=$work/$1.out status=$2 problems='' want found
	shift 2
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

# boot NAME 'EXPECTATION …' 'vp.words' QEMU-ARGUMENT …
boot() {
	local name=$1 expectations=$2 words=$3
	shift 3
	grep -qE "$only" <<<"$name" || return 0
	echo "$name" >>"$work/names"
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	{
		local start=$EPOCHREALTIME
		timeout -k 3 60 "${qemu[@]}" -serial stdio \
			-kernel "$build/virtproof.elf" -append "vp.exit=debug vp.format=json $words" \
			-trace pci_update_mappings_add -D "$work/$name.out.trace" \
			"$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null
		# shellcheck disable=SC2086
		judge "$name" $? $expectations >"$work/$name.problems"
		echo "$start $EPOCHREALTIME" | awk '{printf "%.1f s\n", $2 - $1}' >"$work/$name.time"
	} &
}

leave_out() { # leave_out NAME REASON
	grep -qE "$only" <<<"$1" || return 0
	echo "$1" >>"$work/names"
	echo "$2" >"$work/$1.skipped"
}

good='status=1'

# ---- KVM first: it takes longest where ring 0 is emulated ---------------------------------------
if timeout -k 1 5 "${qemu[0]}" -accel kvm -M none -display none -nodefaults -monitor stdio \
	<<<quit >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	{
		boot kvm-irqchip-on "$good devices=1 interrupt_controller=x2apic" "$brief" -M q35 $kvm \
			-machine kernel-irqchip=on -device virtio-rng-pci
		boot kvm-irqchip-split "$good devices=1 interrupt_controller=x2apic" "$brief" -M q35 $kvm \
			-machine kernel-irqchip=split -device virtio-rng-pci
		boot kvm-xapic-2-cpus "$good devices=1 cpus=2 interrupt_controller=xapic" \
			"$brief vp.apic=xapic" -M q35 $kvm -smp 2 -device virtio-rng-pci
	}
else
	for name in kvm-irqchip-on kvm-irqchip-split kvm-xapic-2-cpus; do
		leave_out $name '/dev/kvm cannot be used'
	done
fi

# ---- machines, CPUs, firmware -------------------------------------------------------------------
for machine in q35 pc; do
	for cpus in 1 2 4; do
		# shellcheck disable=SC2086
		boot "$machine-$cpus-cpus" "$good devices=2 cpus=$cpus interrupt_controller=xapic" \
			"$suite" -M $machine -m 64 -smp $cpus $devices
	done
	# shellcheck disable=SC2086
	boot "$machine-qboot" "$good devices=2" "$suite" -M $machine -m 64 -bios qboot.rom $devices
	# shellcheck disable=SC2086
	boot "$machine-no-acpi" "$good devices=2" "$suite" -M $machine,acpi=off,hpet=off -m 64 $devices
done
# microvm names its configuration window in the DSDT alone.
# shellcheck disable=SC2086
boot microvm "$good devices=2" "$suite vp.ecam=0xe0000000" -M microvm,pcie=on -m 64 $devices
# shellcheck disable=SC2086
boot microvm-bare "$good devices=2" "$suite vp.ecam=0xe0000000" \
	-M microvm,pcie=on,pit=off,pic=off,rtc=off -m 64 $devices
# shellcheck disable=SC2086
boot cpu-max "$good devices=2" "$suite" -M q35 -m 64 -cpu max $devices
# shellcheck disable=SC2086
boot cpu-core2duo "$good devices=2" "$suite" -M q35 -m 64 -cpu core2duo $devices

# ---- memory -------------------------------------------------------------------------------------
for size in 32M 33M 64M 127M 3G 4G; do
	# shellcheck disable=SC2086
	boot "memory-$size" "$good devices=2" "$suite" -M q35 -m $size $devices
done
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
# No board without the configuration ports gives ports to a BAR: kicks go to memory.
boot microvm-port-bar "$good devices=1" "$suite vp.ecam=0xe0000000" -M microvm,pcie=on -m 64 \
	-device virtio-rng-pci,modern-pio-notify=on
# shellcheck disable=SC2086
boot behind-iommu "$good devices=1" "$suite" -M q35 -m 64 -device intel-iommu \
	-device virtio-rng-pci,iommu_platform=on,disable-legacy=on

many=()
for slot in 1 2 3 4 5 6 7 8; do
	for function in 0 1 2 3 4 5 6 7; do
		many+=(-device "virtio-rng-pci,addr=$slot.$function,multifunction=on")
	done
done
boot 64-devices "$good devices=64" "$few" -M q35 -m 64 "${many[@]}"

# ---- what cannot be judged ----------------------------------------------------------------------
boot no-device 'status=5 says=no_virtio_device_was_found' "$suite" -M q35 -m 64
# shellcheck disable=SC2086
boot unknown-word 'status=5 devices=0 says=vp.bogus' "$suite vp.bogus=1" -M q35 -m 64 $devices
# shellcheck disable=SC2086
boot bad-value 'status=5 devices=0 says=vp.format' "vp.format=xml" -M q35 -m 64 $devices
boot bad-number 'status=5 devices=0 says=must_be_from_1_to_64' "vp.cpus=65" -M q35 -m 64 -device virtio-rng-pci
boot too-long 'status=5 devices=0 says=longer_than_the_4095_bytes' \
	"vp.seed=1 $(printf %4200d 0)" -M q35 -m 64 -bios qboot.rom -device virtio-rng-pci
boot lying-acpi "$good devices=1 cpus=1 says=more_than_8_windows says=is_not_read_any_further \
	says=entry_of_type_1_and_length_0 says=CPU_with_APIC_id_85_did_not_start" "$few" \
	-M pc,acpi=off -m 64 -bios qboot.rom \
	-device "loader,file=$build/lies,addr=0x80000,force-raw=on" -device virtio-rng-pci
# shellcheck disable=SC2086
boot legacy-only "$good devices=1 says=cannot_be_driven" "$suite" -M q35 -m 64 $blk \
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
sum_up test-boot
