/* SPDX-License-Identifier: BSD-2-Clause */
/* Structures of virtio over PCI, as the device lays them out (virtio 1.4, 4.1.4). */
#ifndef VIRTIO_PCI_LAYOUT_H
#define VIRTIO_PCI_LAYOUT_H

#include "lib/base.h"

#define VIRTIO_PCI_VENDOR        0x1af4
#define VIRTIO_PCI_DEVICE_FIRST  0x1000 /* transitional ids 0x1000 … 0x103f */
#define VIRTIO_PCI_DEVICE_MODERN 0x1040 /* + device type, up to 0x107f */
#define VIRTIO_PCI_DEVICE_LAST   0x107f

/* Subsystem ids below are device types, of transitional devices (4.1.2.2, 4.1.2.3). */
#define VIRTIO_PCI_SUBSYSTEM_MODERN 0x40

/* cfg_type of a vendor capability (4.1.4). */
enum virtio_pci_cap_type {
	VIRTIO_PCI_CAP_COMMON_CFG = 1,
	VIRTIO_PCI_CAP_NOTIFY_CFG = 2,
	VIRTIO_PCI_CAP_ISR_CFG = 3,
	VIRTIO_PCI_CAP_DEVICE_CFG = 4,
	VIRTIO_PCI_CAP_PCI_CFG = 5,
	VIRTIO_PCI_CAP_SHARED_MEMORY_CFG = 8,
	VIRTIO_PCI_CAP_VENDOR_CFG = 9,
};

/* A vendor capability (4.1.4). */
struct virtio_pci_cap {
	uint8_t cap_vndr;
	uint8_t cap_next;
	uint8_t cap_len;
	uint8_t cfg_type;
	uint8_t bar;
	uint8_t id;
	uint8_t padding[2];
	le32 offset;
	le32 length;
};
static_assert(offsetof(struct virtio_pci_cap, cap_len) == 2, "4.1.4");
static_assert(offsetof(struct virtio_pci_cap, cfg_type) == 3, "4.1.4");
static_assert(offsetof(struct virtio_pci_cap, bar) == 4, "4.1.4");
static_assert(offsetof(struct virtio_pci_cap, id) == 5, "4.1.4");
static_assert(offsetof(struct virtio_pci_cap, offset) == 8, "4.1.4");
static_assert(offsetof(struct virtio_pci_cap, length) == 12, "4.1.4");
static_assert(sizeof(struct virtio_pci_cap) == 16, "4.1.4");

/* That of a shared memory region (4.1.4.7). */
struct virtio_pci_cap64 {
	struct virtio_pci_cap cap;
	le32 offset_hi;
	le32 length_hi;
};
static_assert(sizeof(struct virtio_pci_cap64) == 24, "4.1.4");

/* That of the notification structure (4.1.4.4). */
struct virtio_pci_notify_cap {
	struct virtio_pci_cap cap;
	le32 notify_off_multiplier;
};
static_assert(sizeof(struct virtio_pci_notify_cap) == 20, "4.1.4.4");

/* That of the configuration access window (4.1.4.9). */
struct virtio_pci_cfg_cap {
	struct virtio_pci_cap cap;
	uint8_t pci_cfg_data[4];
};
static_assert(sizeof(struct virtio_pci_cfg_cap) == 20, "4.1.4.9");

/* The common configuration structure (4.1.4.3). */
struct virtio_pci_common_cfg {
	le32 device_feature_select;
	le32 device_feature;
	le32 driver_feature_select;
	le32 driver_feature;
	le16 config_msix_vector;
	le16 num_queues;
	uint8_t device_status;
	uint8_t config_generation;
	le16 queue_select;
	le16 queue_size;
	le16 queue_msix_vector;
	le16 queue_enable;
	le16 queue_notify_off;
	le64 queue_desc;
	le64 queue_driver;
	le64 queue_device;
	le16 queue_notif_config_data;
	le16 queue_reset;
	le16 admin_queue_index;
	le16 admin_queue_num;
};
static_assert(offsetof(struct virtio_pci_common_cfg, device_feature_select) == 0, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, device_feature) == 4, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, driver_feature_select) == 8, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, driver_feature) == 12, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, config_msix_vector) == 16, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, num_queues) == 18, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, device_status) == 20, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, config_generation) == 21, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_select) == 22, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_size) == 24, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_msix_vector) == 26, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_enable) == 28, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_notify_off) == 30, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_desc) == 32, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_driver) == 40, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_device) == 48, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_notif_config_data) == 56, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, queue_reset) == 58, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, admin_queue_index) == 60, "4.1.4.3");
static_assert(offsetof(struct virtio_pci_common_cfg, admin_queue_num) == 62, "4.1.4.3");
static_assert(sizeof(struct virtio_pci_common_cfg) == 64, "4.1.4.3");

/* The structure without the fields that came after virtio 1.1: what any device has. */
#define VIRTIO_PCI_COMMON_CFG_LEAST offsetof(struct virtio_pci_common_cfg, queue_notif_config_data)

#endif
