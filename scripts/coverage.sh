#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the instrumented image in many ways, adds what the unit tests execute on the host, and makes
# BUILD/coverage/html. Prints the share of lines of arch/, pci/ and virtio/ that were executed.
# usage: coverage.sh BUILD
set -euo pipefail

build=$(realpath "$1")
work=$build/coverage
image=$work/virtproof.elf
streams=$work/streams
rm -rf "$streams" "$work/merged" "$work/html"
mkdir -p "$streams"
truncate -s 16M "$work/scratch"

devices=(
	-blockdev null-co,node-name=null,size=16777216,read-zeroes=on
	-device virtio-blk-pci,drive=null,addr=1
	-blockdev "raw,node-name=scratch,file.driver=file,file.filename=$work/scratch"
	-device virtio-blk-pci,drive=scratch,addr=2,packed=on
	-netdev user,id=net -device virtio-net-pci,netdev=net,addr=3
	-device virtio-rng-pci,addr=4
	-chardev null,id=con -device virtio-serial-pci,addr=5 -device virtconsole,chardev=con
	-device virtio-scsi-pci,id=scsi,addr=6
	-blockdev null-co,node-name=lun,size=16777216,read-zeroes=on -device scsi-hd,drive=lun,bus=scsi.0
	-device virtio-balloon-pci,addr=7,free-page-reporting=on -device virtio-keyboard-pci,addr=8
)

# run NAME "vp.words" QEMU options …: one run, whose counters go to a stream of that name.
run() {
	local name=$1 words=$2
	shift 2
	timeout -k 3 300 qemu-system-x86_64 -nodefaults -display none -no-reboot -serial stdio \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "${IMAGE:-$image}" \
		-append "vp.exit=debug $words" -chardev "file,id=counters,path=$streams/$name" \
		-device isa-debugcon,iobase=0xe9,chardev=counters "$@" >"$work/$name.log" 2>&1 || true
	echo "  ran $name: $(tail -1 "$work/$name.log")"
}

tcg=(-accel tcg -m 64)
run default vp.scratch=00:02.0 -M q35 "${tcg[@]}" -smp 2 "${devices[@]}"
run variants "vp.variant=all vp.format=json vp.scratch=00:02.0" -M q35 "${tcg[@]}" -smp 2 "${devices[@]}"
IMAGE=$work/virtproof-sabotage.elf run sabotage "vp.sabotage=* vp.scratch=00:02.0" -M q35 "${tcg[@]}" -smp 2 "${devices[@]}"
run selftest "vp.selftest vp.tests=selftest" -M q35 "${tcg[@]}" -smp 2 -device virtio-rng-pci
run trace "vp.trace vp.tests=transport vp.format=tap" -M pc "${tcg[@]}" -smp 1 -device virtio-rng-pci
run lab "vp.bench=interrupt vp.samples=200" -M q35 "${tcg[@]}" -smp 2 "${devices[@]}"
run load "vp.bench=throughput vp.ms=5 vp.variant=*msix" -M q35 "${tcg[@]}" -smp 2 "${devices[@]}"
run list vp.list -M pc "${tcg[@]}"
run mistake vp.nonsense -M pc "${tcg[@]}"
run no-device "" -M pc "${tcg[@]}" -bios qboot.rom
run qboot vp.apic=xapic -M q35 -accel tcg -m 5G -smp 4 -bios qboot.rom \
	-device pcie-root-port,id=rp,slot=1 -device virtio-rng-pci,bus=rp \
	-device pci-bridge,id=bridge,chassis_nr=2 -device virtio-rng-pci,bus=bridge,addr=1 \
	-device virtio-rng-pci,modern-pio-notify=on,page-per-vq=on
run microvm "vp.exit=s5 vp.ecam=0xe0000000" -M microvm,pcie=on "${tcg[@]}" -smp 2 -device virtio-rng-pci
run no-acpi vp.exit=triple -M pc,acpi=off "${tcg[@]}" -smp 2 -device virtio-rng-pci
run reset vp.exit=reset -M pc "${tcg[@]}" -cpu max -device virtio-rng-pci
if [ -w /dev/kvm ]; then
	run kvm "vp.tests=transport.reset*,interrupt.mask*" -M q35 -accel kvm -bios qboot.rom -m 64 -smp 2 \
		-device virtio-rng-pci
fi

merged=
for stream in "$streams"/*; do
	"$build/coverage-unpack" "$stream" "$work/run.${stream##*/}" || continue
	if [ -z "$merged" ]; then
		mv "$work/run.${stream##*/}" "$work/merged"
		merged=yes
	else
		gcov-tool merge -o "$work/merged.new" "$work/merged" "$work/run.${stream##*/}" >/dev/null 2>&1
		rm -rf "$work/merged" "$work/run.${stream##*/}"
		mv "$work/merged.new" "$work/merged"
	fi
done
cp -a "$work/merged/$work/." "$work/"

lcov_quiet() {
	lcov --quiet --rc lcov_branch_coverage=1 "$@" 2> >(grep -v 'Subroutine .* redefined' >&2)
}
lcov_quiet --capture --base-directory . --directory "$work/image" --output-file "$work/image.info"
rm -rf "$work/unit"
make --no-print-directory BUILD="$work" UNIT_COVERAGE=1 unit | tail -1
lcov_quiet --capture --base-directory . --directory "$work/unit" --output-file "$work/unit.info"
lcov_quiet --add-tracefile "$work/image.info" --add-tracefile "$work/unit.info" \
	--output-file "$work/all.info"
lcov_quiet --extract "$work/all.info" "$PWD/arch/*" "$PWD/pci/*" "$PWD/virtio/*" "$PWD/lib/*" \
	"$PWD/boot/*" "$PWD/tests/harness/*" --output-file "$work/coverage.info"
genhtml --quiet --branch-coverage --prefix "$PWD" --output-directory "$work/html" \
	"$work/coverage.info" 2> >(grep -v 'Subroutine .* redefined' >&2) >/dev/null
lcov_quiet --extract "$work/all.info" "$PWD/arch/*" "$PWD/pci/*" "$PWD/virtio/*" \
	--output-file "$work/floors.info"
share=$(awk -F: '/^LF:/ {found += $2} /^LH:/ {hit += $2} END {printf "%.1f", 100 * hit / found}' \
	"$work/floors.info")
echo "coverage: $share % of the lines of arch/, pci/ and virtio/; report in ${work#"$PWD"/}/html/index.html"
if awk -v share="$share" 'BEGIN {exit !(share >= 85)}'; then
	echo "coverage: 1 passed, 0 failed, 0 skipped"
else
	echo "coverage: 0 passed, 1 failed, 0 skipped"
	exit 1
fi
