/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types that have a chapter in the specification (virtio 1.4, chapter 5) and no driver here: their feature bits and
 * the configuration that each begins with. Little endian. Of them is judged what all devices have in common.
 */
#ifndef VIRTIO_DEVICE_OTHERS_H
#define VIRTIO_DEVICE_OTHERS_H

#include "lib/base.h"

enum virtio_rtc_feature {
	VIRTIO_RTC_F_ALARM = 0,
};

enum virtio_snd_feature {
	VIRTIO_SND_F_CTLS = 0,
};

struct virtio_snd_config {
	uint32_t jacks, streams, chmaps;
	uint32_t controls; /* VIRTIO_SND_F_CTLS */
};

struct virtio_rpmb_config {
	uint8_t capacity; /* in 128 KiB */
	uint8_t max_wr_cnt, max_rd_cnt;
};

enum virtio_scmi_feature {
	VIRTIO_SCMI_F_P2A_CHANNELS = 0,
	VIRTIO_SCMI_F_SHARED_MEMORY = 1,
};

enum virtio_i2c_feature {
	VIRTIO_I2C_F_ZERO_LENGTH_REQUEST = 0,
};

enum virtio_can_feature {
	VIRTIO_CAN_F_CAN_CLASSIC = 0,
	VIRTIO_CAN_F_CAN_FD = 1,
	VIRTIO_CAN_F_RTR_FRAMES = 2,
	VIRTIO_CAN_F_LATE_TX_ACK = 3,
};

struct virtio_can_config {
	uint16_t status;
};

enum virtio_gpio_feature {
	VIRTIO_GPIO_F_IRQ = 0,
};

struct virtio_gpio_config {
	uint16_t ngpio;
	uint8_t padding[2];
	uint32_t gpio_names_size;
};

struct virtio_spi_config {
	uint8_t cs_max_number, cs_change_supported, tx_nbits_supported, rx_nbits_supported;
	uint32_t bits_per_word_mask, mode_func_supported, max_freq_hz;
	uint32_t max_word_delay_ns, max_cs_setup_ns, max_cs_hold_ns, max_cs_inactive_ns;
};

struct virtio_media_config {
	uint32_t device_caps, device_type;
	uint8_t card[32];
};

#endif
