#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Which way interrupts and kicks went through QEMU, by its trace events, while a test programs, masks,
# rewrites and unmasks a table entry: the in-kernel path (ioeventfd, irqfd, MSI routes) where there is
# KVM with an interrupt controller of its own, and the fall-backs where there is not.
# usage: paths.sh BUILD
set -uo pipefail

build=$1
# Four times masked, rewritten and unmasked, one completion each, and one before.
test=interrupt.data_changed_while_masked
rewrites=4
completions=5
irqfd_ioctl=0x4020ae76 # KVM_IRQFD: assigned when an entry is unmasked, taken back when it is masked
routing_ioctl=0x4008ae6a # KVM_SET_GSI_ROUTING
work=$(mktemp -d "${TMPDIR:-/tmp}/virtproof-paths.XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../lib.sh"

run() { # run ACCELERATOR DEVICE-OPTIONS
	limited 120 "${qemu[@]}" -M q35 -accel "$1" -m 64 -smp 1 \
		-bios qboot.rom -serial "file:$work/console" -kernel "$build/virtproof.elf" \
		-append "vp.exit=debug vp.patience=10000 vp.tests=$test vp.variant=split+msix" \
		-object iothread,id=io \
		-blockdev null-co,node-name=disk,size=16777216,read-zeroes=on \
		-device "virtio-blk-pci,drive=disk,$2" \
		-trace 'kvm_irqchip*' -trace 'kvm_set_ioeventfd*' -trace kvm_vm_ioctl \
		-trace 'virtio_pci_notify_write*' -trace 'virtio_blk_data_plane*' \
		-trace memory_region_ops_write -trace virtio_notify -trace virtio_notify_irqfd -D "$work/trace" 2>"$work/errors"
	local status=$?
	[ "$status" -eq 1 ]
	verdict $? "$way: the image ends with a good verdict"
	[ "$status" -eq 1 ] || tail -5 "$work/console" "$work/errors"
}

events() { # events PATTERN: how many lines of the trace match
	grep -cE "^$1" "$work/trace"
}

expect() { # expect LEAST PATTERN WHAT
	local count
	count=$(events "$2")
	[ "$count" -ge "$1" ]
	verdict $? "$way: $3: $count, at least $1"
}

refuse() { # refuse PATTERN WHAT
	local count
	count=$(events "$1")
	[ "$count" -eq 0 ]
	verdict $? "$way: $2: $count, none expected"
}

# The order of events while the data plane runs for the last time, a letter each: the entry masked (M) and unmasked (U), a route
# updated (r), the routes committed (c) and given to KVM (g: KVM_SET_GSI_ROUTING), an irqfd taken or given (f), a
# completion signalled (n).
order_of_events() {
	awk -v irqfd="$irqfd_ioctl" -v routing="$routing_ioctl" '
		/^virtio_blk_data_plane_start/ { on = 1; order = "" }
		/^virtio_blk_data_plane_stop/ { on = 0 }
		/^kvm_irqchip_add_msi_route dev virtio-blk-pci/ { route = "virq=" $NF }
		!on { next }
		/^memory_region_ops_write .*addr 0x[0-9a-f]*c value 0x1 .*msix-table/ { order = order "M" }
		/^memory_region_ops_write .*addr 0x[0-9a-f]*c value 0x0 .*msix-table/ { order = order "U" }
		/^kvm_irqchip_update_msi_route/ && $NF == route { order = order "r" }
		/^kvm_irqchip_commit_routes/ { order = order "c" }
		/^virtio_notify_irqfd/ { order = order "n" }
		$1 == "kvm_vm_ioctl" && $3 == routing "," { order = order "g" }
		$1 == "kvm_vm_ioctl" && $3 == irqfd "," { order = order "f" }
		END { print order }
	' "$work/trace"
}

in_kernel() {
	local order
	order=$(order_of_events)
	[ "$order" = "n$(printf 'MfUrcgfn%.0s' $(seq "$rewrites"))" ]
	verdict $? "$way: masking takes the irqfd, unmasking gives routes and irqfd, then it is used: $order"
	expect 1 'kvm_irqchip_add_msi_route dev virtio-blk-pci' 'routes made for its messages'
	expect "$rewrites" 'kvm_irqchip_update_msi_route' 'routes updated when an entry is rewritten'
	expect "$rewrites" "kvm_vm_ioctl type $routing_ioctl" 'routing tables given to KVM'
	expect $((2 * rewrites)) "kvm_vm_ioctl type $irqfd_ioctl" 'irqfds taken and given at masks'
	expect 1 'kvm_set_ioeventfd_mmio .*assign: 1' 'ioeventfds for the notify address'
	expect 1 'virtio_blk_data_plane_start' 'starts of the data plane'
	expect "$completions" 'virtio_notify_irqfd' 'completions signalled by eventfd'
	expect 1 'kvm_irqchip_release_virq' 'routes given back at the reset'
	refuse 'virtio_pci_notify_write' 'kicks that went through QEMU'
}

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	for chip in on split; do
		way="KVM, kernel-irqchip=$chip"
		run "kvm,kernel-irqchip=$chip" iothread=io
		in_kernel
	done

	way='KVM, kernel-irqchip=off'
	run kvm,kernel-irqchip=off iothread=io
	refuse 'kvm_irqchip_(add|update)_msi_route' 'routes of messages'
	refuse "kvm_vm_ioctl type $irqfd_ioctl" 'irqfds'
	expect 1 'kvm_set_ioeventfd_mmio .*assign: 1' 'ioeventfds for the notify address'
	expect "$completions" 'virtio_notify_irqfd' 'completions signalled by eventfd to QEMU itself'

	way='KVM, ioeventfd=off'
	run kvm,kernel-irqchip=on ioeventfd=off
	refuse 'virtio_blk_data_plane_start' 'starts of the data plane'
	refuse 'virtio_notify_irqfd' 'completions signalled by eventfd'
	expect "$completions" 'virtio_pci_notify_write' 'kicks that went through QEMU'
	expect "$completions" 'virtio_notify ' 'completions notified in QEMU'
else
	skip 'the ways through KVM: no access to /dev/kvm' 4
fi

way='TCG'
run tcg iothread=io
refuse 'kvm_' 'anything of KVM'
expect 1 'virtio_blk_data_plane_start' 'starts of the data plane'
expect "$completions" 'virtio_notify_irqfd' 'completions signalled by eventfd to QEMU itself'

way='TCG, ioeventfd=off'
run tcg ioeventfd=off
refuse 'virtio_blk_data_plane_start' 'starts of the data plane'
expect "$completions" 'virtio_pci_notify_write' 'kicks that went through QEMU'
expect "$completions" 'virtio_notify ' 'completions notified in QEMU'

sum_up test-qemu-trace
