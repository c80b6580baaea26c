/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Input device (virtio 1.4, 5.8): evdev events over a queue, their kinds behind a selector. Any
 * CPU.
 */
#ifndef VIRTIO_DEVICE_INPUT_H
#define VIRTIO_DEVICE_INPUT_H

#include "virtio/device/workload.h"

/* The queues (5.8.2). */
enum { INPUT_EVENT_QUEUE = 0, INPUT_STATUS_QUEUE = 1 };

/* What the union of the configuration shows (5.8.4). */
enum virtio_input_config_select {
	VIRTIO_INPUT_CFG_UNSET = 0x00,
	VIRTIO_INPUT_CFG_ID_NAME = 0x01,
	VIRTIO_INPUT_CFG_ID_SERIAL = 0x02,
	VIRTIO_INPUT_CFG_ID_DEVIDS = 0x03,
	VIRTIO_INPUT_CFG_PROP_BITS = 0x10,
	VIRTIO_INPUT_CFG_EV_BITS = 0x11,
	VIRTIO_INPUT_CFG_ABS_INFO = 0x12,
};

/* With ABS_INFO: the range of an absolute axis. */
struct virtio_input_absinfo {
	le32 min;
	le32 max;
	le32 fuzz;
	le32 flat;
	le32 res;
};
static_assert(sizeof(struct virtio_input_absinfo) == 20, "5.8.4");

/* With ID_DEVIDS. */
struct virtio_input_devids {
	le16 bustype;
	le16 vendor;
	le16 product;
	le16 version;
};
static_assert(sizeof(struct virtio_input_devids) == 8, "5.8.4");

#define VIRTIO_INPUT_UNION 128u

/* The device-specific configuration (5.8.4); `size` bytes of the union mean something. */
struct virtio_input_config {
	uint8_t select;
	uint8_t subsel;
	uint8_t size;
	uint8_t reserved[5];
	union {
		uint8_t string[VIRTIO_INPUT_UNION];
		uint8_t bitmap[VIRTIO_INPUT_UNION];
		struct virtio_input_absinfo abs;
		struct virtio_input_devids ids;
	} u;
};
static_assert(offsetof(struct virtio_input_config, size) == 2, "5.8.4");
static_assert(offsetof(struct virtio_input_config, u) == 8, "5.8.4");
static_assert(sizeof(struct virtio_input_config) == 136, "5.8.4");

/* An event of the device, or a status for it (5.8.6). */
struct virtio_input_event {
	le16 type;
	le16 code;
	le32 value;
};
static_assert(sizeof(struct virtio_input_event) == 8, "5.8.6");

/* Event types and codes of evdev, the protocol that 5.8 carries (Linux input-event-codes.h). */
enum {
	INPUT_EV_SYN = 0x00,
	INPUT_EV_KEY = 0x01,
	INPUT_EV_REL = 0x02,
	INPUT_EV_ABS = 0x03,
	INPUT_EV_MSC = 0x04,
	INPUT_EV_SW = 0x05,
	INPUT_EV_LED = 0x11,
	INPUT_EV_SND = 0x12,
	INPUT_EV_REP = 0x14,
	INPUT_EV_FF = 0x15,
	INPUT_EV_MAX = 0x1f,
	INPUT_SYN_REPORT = 0,
	INPUT_LED_SCROLLL = 2,
	INPUT_ABS_MAX = 0x3f,
	INPUT_PROP_CNT = 32,
};

#endif
