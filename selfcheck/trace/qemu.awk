# SPDX-License-Identifier: BSD-2-Clause
# The trace of a QEMU with one virtio device in the words that both sides are compared in. The
# structures of the modern interface lie at multiples of 4 KiB of their BAR, as the MSI-X table does.
BEGIN {
	split("device_feature_select 0 device_feature 4 driver_feature_select 8 driver_feature 12 " \
	      "config_msix_vector 16 num_queues 18 device_status 20 config_generation 21 " \
	      "queue_select 22 queue_size 24 queue_msix_vector 26 queue_enable 28 " \
	      "queue_notify_off 30 queue_desc 32 queue_desc 36 queue_driver 40 queue_driver 44 " \
	      "queue_device 48 queue_device 52 queue_notif_config_data 56 queue_reset 58 " \
	      "admin_queue_index 60 admin_queue_num 62", words, " ")
	for (n = 1; n in words; n += 2)
		field[words[n + 1]] = words[n]
	split("address address_upper data control", entry_word, " ")
}

# memory_region_ops_write cpu N mr P addr A value V size S name 'N'
/^memory_region_ops_/ {
	verb = substr($1, length("memory_region_ops_") + 1)
	offset = number_of($7) % 4096
	value = $9
	width = $11
	name = $13
	if (name ~ /^'virtio-pci-common-/)
		print "common " field[offset] " " width " " verb " " value
	else if (name ~ /^'virtio-pci-(notify|isr|device)-/) {
		kind = name
		sub(/^'virtio-pci-/, "", kind)
		sub(/-.*/, "", kind)
		printf "%s 0x%x %s %s %s\n", kind, offset, width, verb, value
	} else if (name ~ /^'msix-table/ && verb == "write")
		print "msix-table msix[" int(offset / 16) "] " entry_word[int(offset / 4) % 4 + 1] \
			" " verb " " value
}

# msix_write_config dev NAME enabled E masked M
/^msix_write_config / {
	print "msix-control enabled " $5 " masked " $7
}
