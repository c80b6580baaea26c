/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/others.h"

#include "virtio/device/iommu.h"
#include "virtio/device/type.h"

#define BIT_NAMED(name)                                                                            \
	{                                                                                          \
		name, #name                                                                        \
	}
#define NO_MORE_BITS                                                                               \
	{                                                                                          \
		0, NULL                                                                            \
	}
#define NO_MORE_FIELDS                                                                             \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static const struct feature_bit no_features[] = {NO_MORE_BITS};

static const struct feature_bit rtc_features[] = {
	BIT_NAMED(VIRTIO_RTC_F_ALARM),
	NO_MORE_BITS,
};

static const struct virtio_type rtc_type = {
	.id = VIRTIO_TYPE_RTC,
	.name = "rtc",
	.area = "RTC",
	.features = rtc_features,
	.queue_bits = BIT64(VIRTIO_RTC_F_ALARM),
};
VIRTIO_TYPE(rtc_type);

static const struct feature_bit iommu_features[] = {
	BIT_NAMED(VIRTIO_IOMMU_F_INPUT_RANGE),   BIT_NAMED(VIRTIO_IOMMU_F_DOMAIN_RANGE),
	BIT_NAMED(VIRTIO_IOMMU_F_MAP_UNMAP),     BIT_NAMED(VIRTIO_IOMMU_F_BYPASS),
	BIT_NAMED(VIRTIO_IOMMU_F_PROBE),         BIT_NAMED(VIRTIO_IOMMU_F_MMIO),
	BIT_NAMED(VIRTIO_IOMMU_F_BYPASS_CONFIG), NO_MORE_BITS,
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_iommu_config, field, __VA_ARGS__)
static const struct virtio_config_field iommu_fields[] = {
	FIELD(page_size_mask),
	FIELD(input_range.start, CONFIG_OF(VIRTIO_IOMMU_F_INPUT_RANGE)),
	FIELD(input_range.end, CONFIG_OF(VIRTIO_IOMMU_F_INPUT_RANGE)),
	FIELD(domain_range.start, CONFIG_OF(VIRTIO_IOMMU_F_DOMAIN_RANGE)),
	FIELD(domain_range.end, CONFIG_OF(VIRTIO_IOMMU_F_DOMAIN_RANGE)),
	FIELD(probe_size, CONFIG_OF(VIRTIO_IOMMU_F_PROBE)),
	FIELD(bypass, CONFIG_OF(VIRTIO_IOMMU_F_BYPASS_CONFIG), .flags = CONFIG_DRIVER),
	NO_MORE_FIELDS,
};
#undef FIELD

static const struct virtio_type iommu_type = {
	.id = VIRTIO_TYPE_IOMMU,
	.name = "iommu",
	.area = "IOMMU",
	.features = iommu_features,
	.config_size = sizeof(struct virtio_iommu_config),
	.fields = iommu_fields,
};
VIRTIO_TYPE(iommu_type);

static const struct feature_bit sound_features[] = {
	BIT_NAMED(VIRTIO_SND_F_CTLS),
	NO_MORE_BITS,
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_snd_config, field, __VA_ARGS__)
static const struct virtio_config_field sound_fields[] = {
	FIELD(jacks),   FIELD(streams),
	FIELD(chmaps),  FIELD(controls, CONFIG_OF(VIRTIO_SND_F_CTLS)),
	NO_MORE_FIELDS,
};
#undef FIELD

static const struct virtio_type sound_type = {
	.id = VIRTIO_TYPE_SOUND,
	.name = "sound",
	.area = "SND",
	.features = sound_features,
	.config_size = sizeof(struct virtio_snd_config),
	.fields = sound_fields,
};
VIRTIO_TYPE(sound_type);

#define FIELD(field) CONFIG_FIELD(struct virtio_rpmb_config, field)
static const struct virtio_config_field rpmb_fields[] = {FIELD(capacity), FIELD(max_wr_cnt),
							 FIELD(max_rd_cnt), NO_MORE_FIELDS};
#undef FIELD

static const struct virtio_type rpmb_type = {
	.id = VIRTIO_TYPE_RPMB,
	.name = "rpmb",
	.area = "RPMB",
	.features = no_features,
	.config_size = sizeof(struct virtio_rpmb_config),
	.fields = rpmb_fields,
};
VIRTIO_TYPE(rpmb_type);

static const struct feature_bit scmi_features[] = {
	BIT_NAMED(VIRTIO_SCMI_F_P2A_CHANNELS),
	BIT_NAMED(VIRTIO_SCMI_F_SHARED_MEMORY),
	NO_MORE_BITS,
};

static const struct virtio_type scmi_type = {
	.id = VIRTIO_TYPE_SCMI,
	.name = "scmi",
	.area = "SCMI",
	.features = scmi_features,
	.queue_bits = BIT64(VIRTIO_SCMI_F_P2A_CHANNELS),
};
VIRTIO_TYPE(scmi_type);

static const struct feature_bit i2c_features[] = {
	BIT_NAMED(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST),
	NO_MORE_BITS,
};

/* A device has to reject a driver that does not take it (5.16.6.4). */
static const struct virtio_type i2c_type = {
	.id = VIRTIO_TYPE_I2C,
	.name = "i2c",
	.area = "I2C",
	.features = i2c_features,
	.demanded = BIT64(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST),
};
VIRTIO_TYPE(i2c_type);

static const struct feature_bit can_features[] = {
	BIT_NAMED(VIRTIO_CAN_F_CAN_CLASSIC),
	BIT_NAMED(VIRTIO_CAN_F_CAN_FD),
	BIT_NAMED(VIRTIO_CAN_F_RTR_FRAMES),
	BIT_NAMED(VIRTIO_CAN_F_LATE_TX_ACK),
	NO_MORE_BITS,
};

static const struct feature_dependency can_dependencies[] = {
	{VIRTIO_CAN_F_RTR_FRAMES, 1, {VIRTIO_CAN_F_CAN_CLASSIC}},
};

static const struct virtio_config_field can_fields[] = {
	CONFIG_FIELD(struct virtio_can_config, status, .flags = CONFIG_CHANGES),
	NO_MORE_FIELDS,
};

/* One of both kinds of frames has to be taken. */
static const struct virtio_type can_type = {
	.id = VIRTIO_TYPE_CAN,
	.name = "can",
	.area = "CAN",
	.features = can_features,
	.dependencies = can_dependencies,
	.dependency_count = ARRAY_LENGTH(can_dependencies),
	.demanded = BIT64(VIRTIO_CAN_F_CAN_CLASSIC) | BIT64(VIRTIO_CAN_F_CAN_FD),
	.config_size = sizeof(struct virtio_can_config),
	.fields = can_fields,
};
VIRTIO_TYPE(can_type);

static const struct feature_bit gpio_features[] = {
	BIT_NAMED(VIRTIO_GPIO_F_IRQ),
	NO_MORE_BITS,
};

#define FIELD(field) CONFIG_FIELD(struct virtio_gpio_config, field)
static const struct virtio_config_field gpio_fields[] = {FIELD(ngpio), FIELD(gpio_names_size),
							 NO_MORE_FIELDS};
#undef FIELD

static const struct virtio_type gpio_type = {
	.id = VIRTIO_TYPE_GPIO,
	.name = "gpio",
	.area = "GPIO",
	.features = gpio_features,
	.queue_bits = BIT64(VIRTIO_GPIO_F_IRQ),
	.config_size = sizeof(struct virtio_gpio_config),
	.fields = gpio_fields,
};
VIRTIO_TYPE(gpio_type);

#define FIELD(field) CONFIG_FIELD(struct virtio_spi_config, field)
static const struct virtio_config_field spi_fields[] = {
	FIELD(cs_max_number),      FIELD(cs_change_supported), FIELD(tx_nbits_supported),
	FIELD(rx_nbits_supported), FIELD(bits_per_word_mask),  FIELD(mode_func_supported),
	FIELD(max_freq_hz),        FIELD(max_word_delay_ns),   FIELD(max_cs_setup_ns),
	FIELD(max_cs_hold_ns),     FIELD(max_cs_inactive_ns),  NO_MORE_FIELDS};
#undef FIELD

static const struct virtio_type spi_type = {
	.id = VIRTIO_TYPE_SPI,
	.name = "spi",
	.area = "SPI",
	.features = no_features,
	.config_size = sizeof(struct virtio_spi_config),
	.fields = spi_fields,
};
VIRTIO_TYPE(spi_type);

#define FIELD(field) CONFIG_FIELD(struct virtio_media_config, field)
static const struct virtio_config_field media_fields[] = {FIELD(device_caps), FIELD(device_type),
							  NO_MORE_FIELDS};
#undef FIELD

static const struct virtio_type media_type = {
	.id = VIRTIO_TYPE_MEDIA,
	.name = "media",
	.area = "MEDIA",
	.features = no_features,
	.config_size = sizeof(struct virtio_media_config),
	.fields = media_fields,
};
VIRTIO_TYPE(media_type);
