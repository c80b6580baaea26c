#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs the instrumented image in many ways, adds what the unit tests execute on the host, and makes
# BUILD/coverage/html. Prints the share of lines of arch/, pci/ and virtio/ that were executed, and
# fails when it is below what is wanted. "quick" leaves out the runs that take long and add little.
# usage: coverage.sh BUILD [quick]
set -euo pipefail

. selfcheck/lib.sh

build=$(realpath "$1")
quick=${2:-}
wanted=85
jobs=2
work=$build/coverage
streams=$work/streams
rm -rf "$streams" "$work/merged" "$work/html"
find "$work" -name '*.gcda' -delete
mkdir -p "$streams"
truncate -s 16M "$work/scratch-sabotage" "$work/scratch-variants" "$work/scratch-rings"

disk() { # disk FILE: a scratch disk in slot 2
	echo -blockdev "raw,node-name=scratch,file.driver=file,file.filename=$work/$1" \
		-device virtio-blk-pci,drive=scratch,addr=2,packed=on
}
null='-blockdev null-co,node-name=null,size=16777216,read-zeroes=on -device virtio-blk-pci,drive=null,addr=1'
net='-netdev user,id=net -device virtio-net-pci,netdev=net,addr=3'
rng='-device virtio-rng-pci'
others="-chardev null,id=con -device virtio-serial-pci,addr=5 -device virtconsole,chardev=con
	-device virtio-scsi-pci,id=scsi,addr=6 -device virtio-balloon-pci,addr=7,free-page-reporting=on
	-blockdev null-co,node-name=lun,size=16777216,read-zeroes=on -device scsi-hd,drive=lun,bus=scsi.0
	-device virtio-keyboard-pci,addr=8"
q35='-M q35 -accel tcg -m 64 -smp 2'
pc='-M pc -accel tcg -m 64'

# Features that no QEMU offers are driven where a saboteur offers them.
rare='order_reversed,batch_*,packed_batch_*,kick_position_misread,reset_ends_too_early'
rare+=,no_vector_refused,shared_memory_is_narrow,common_loses_queues_to_reset

# run NAME "vp.words" QEMU options …: one run, whose counters go to a stream of that name.
run() {
	local name=$1 words=$2
	shift 2
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	{
		limited 300 qemu-system-x86_64 -nodefaults -display none -no-reboot -serial stdio \
			-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "${IMAGE:-$work/virtproof.elf}" \
			-append "vp.exit=debug $words" -chardev "file,id=counters,path=$streams/$name" \
			-device isa-debugcon,iobase=0xe9,chardev=counters "$@" \
			</dev/null >"$work/$name.log" 2>&1 || true
		[ -n "$quick" ] || echo "  ran $name: $(tail -1 "$work/$name.log")"
	} &
}

# shellcheck disable=SC2046,SC2086
{
	if [ -z "$quick" ]; then
		IMAGE=$work/virtproof-selfcheck.elf run sabotage "vp.sabotage=*" $q35 $null $(disk scratch-sabotage) \
			$net $rng $others
		run variants "vp.variant=all vp.format=json vp.scratch=00:02.0" $q35 $null $(disk scratch-variants) \
			$net $rng $others
	fi
	run rings "vp.variant=all vp.tests=ring,interrupt vp.scratch=all" $q35 $(disk scratch-rings) $net
	run types "vp.tests=transport,scsi,net,console,balloon vp.format=json" $q35 $net $others
	IMAGE=$work/virtproof-selfcheck.elf run offers "vp.sabotage=$rare" $q35 $null $rng,packed=on
	IMAGE=$work/virtproof-selfcheck.elf run selftest "vp.selftest vp.tests=selftest" $q35 $rng
	run trace "vp.trace vp.tests=transport vp.format=tap" $pc $rng
	run lab "vp.bench=interrupt vp.samples=200" $q35 $null $net $rng
	run load "vp.bench=throughput vp.ms=2 vp.variant=*msix" $q35 $null,packed=on $net
	run list "vp.list vp.console=both" $pc
	run mistake vp.nonsense $pc
	run no-device "" $pc -bios qboot.rom
	run no-lapic "" $pc -cpu qemu64,-apic
	run legacy "" $pc ${null/addr=1/disable-modern=on}
	run qboot vp.apic=xapic -M q35 -accel tcg -m 5G -smp 4 -bios qboot.rom \
		-device pcie-root-port,id=rp,slot=1 $rng,bus=rp \
		-device pci-bridge,id=bridge,chassis_nr=2 $rng,bus=bridge,addr=1 \
		$rng,modern-pio-notify=on,page-per-vq=on
	run microvm "vp.exit=s5 vp.ecam=0xe0000000 vp.tests=transport" -M microvm,pcie=on -accel tcg \
		-m 64 -smp 2 $rng
	run no-acpi "vp.exit=triple vp.tests=transport" ${pc/pc/pc,acpi=off} -smp 2 $rng
	run lies "vp.tests=transport.ids*" -M pc,acpi=off -accel tcg -m 64 -smp 2 -bios qboot.rom \
		-device "loader,file=$build/lies,addr=0x80000,force-raw=on" $rng
	run in-vain "vp.exit=reset" -M microvm,acpi=off -accel tcg -m 64
	run reset "vp.exit=reset vp.tests=transport" $pc -cpu max,level=0x16 $rng
	if [ -w /dev/kvm ]; then
		run kvm "vp.tests=transport.reset*,interrupt.mask*" -M q35 -accel kvm -bios qboot.rom -m 64 \
			-smp 2 $rng
	fi
	wait
}

merged=
for stream in "$streams"/*; do
	"$build/coverage-unpack" "$stream" "$work/run.${stream##*/}" || {
		echo "coverage: no counters of the run ${stream##*/}: see $work/${stream##*/}.log"
		continue
	}
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
env -u MAKEFLAGS "${MAKE:-make}" --no-print-directory -j"$jobs" BUILD="$work" UNIT_COVERAGE=1 unit >"$work/unit.log" 2>&1
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
if awk -v share="$share" -v wanted=$wanted 'BEGIN {exit !(share >= wanted)}'; then
	echo "coverage: 1 passed, 0 failed, 0 skipped"
else
	echo "coverage: less than $wanted %"
	echo "coverage: 0 passed, 1 failed, 0 skipped"
	exit 1
fi
