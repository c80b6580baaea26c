/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device types (virtio 1.4, chapter 5): ids, names, feature bits. Any CPU, but for
 * virtio_type_name().
 */
#ifndef VIRTIO_TYPE_H
#define VIRTIO_TYPE_H

#include "virtio/feature.h"

/* Device ids (chapter 5); the others have a name alone, in type.c. */
enum virtio_type_id {
	VIRTIO_TYPE_NET = 1,
	VIRTIO_TYPE_BLK = 2,
	VIRTIO_TYPE_CONSOLE = 3,
	VIRTIO_TYPE_ENTROPY = 4,
	VIRTIO_TYPE_BALLOON = 5,
	VIRTIO_TYPE_SCSI = 8,
	VIRTIO_TYPE_9P = 9,
	VIRTIO_TYPE_GPU = 16,
	VIRTIO_TYPE_RTC = 17,
	VIRTIO_TYPE_INPUT = 18,
	VIRTIO_TYPE_VSOCK = 19,
	VIRTIO_TYPE_CRYPTO = 20,
	VIRTIO_TYPE_IOMMU = 23,
	VIRTIO_TYPE_MEM = 24,
	VIRTIO_TYPE_SOUND = 25,
	VIRTIO_TYPE_FS = 26,
	VIRTIO_TYPE_PMEM = 27,
	VIRTIO_TYPE_RPMB = 28,
	VIRTIO_TYPE_SCMI = 32,
	VIRTIO_TYPE_I2C = 34,
	VIRTIO_TYPE_CAN = 36,
	VIRTIO_TYPE_GPIO = 41,
	VIRTIO_TYPE_SPI = 45,
	VIRTIO_TYPE_MEDIA = 48,
};

/* A bit and its name in the specification. */
struct feature_bit {
	uint8_t bit;
	const char *name;
};

/*
 * Features that depend on others (virtio 2.2: a driver must not accept, a device must not offer, a
 * bit without what it requires). One row: `bit` requires at least one of `any_of`.
 */
struct feature_dependency {
	uint8_t bit;
	uint8_t count; /* how many of any_of count */
	uint8_t any_of[5];
};

/*
 * A field of the device-specific configuration: it exists where one of `any_of` is offered, or always
 * when there are none. Fields of 64 bits are read as two halves.
 */
struct virtio_config_field {
	const char *name;
	uint16_t offset;
	uint8_t width; /* 1, 2, 4 or 8: how a driver has to access it */
	uint8_t flags;
	uint8_t count; /* how many of any_of count */
	uint8_t any_of[3];
};

/* Flags of a field: when it may be read and written, and what by. */
enum {
	CONFIG_CHANGES = BIT(0),    /* by itself: link status, what a selector shows */
	CONFIG_LATE = BIT(1),       /* a driver must not read it before FEATURES_OK */
	CONFIG_WRITE_ONLY = BIT(2), /* what it reads as means nothing */
	CONFIG_DRIVER = BIT(3),     /* the driver may write it between FEATURES_OK and DRIVER_OK */
	CONFIG_ANY_TIME = BIT(4),   /* the driver may write it before FEATURES_OK, too */
};

/* A field of a struct that lays out the configuration. */
#define CONFIG_FIELD(layout, field, ...)                                                           \
	{                                                                                          \
		.name = #field, .offset = offsetof(layout, field),                                 \
		.width = sizeof(((layout *)0)->field), __VA_ARGS__                                 \
	}

/* The bits (one to three) that a CONFIG_FIELD() depends on. */
#define CONFIG_OF(...) .count = sizeof((uint8_t[]){__VA_ARGS__}), .any_of = {__VA_ARGS__}

/* What is known of a device type before any driver of it. */
struct virtio_type {
	uint32_t id;
	const char *name; /* short, as in test names and vp.device: "blk" */
	const char *area; /* the prefix of its clauses in tests/clauses.tsv: "BLK" */
	const struct feature_bit *features; /* the type's own bits, ends with a NULL name */
	const struct feature_dependency *dependencies;
	unsigned dependency_count;
	/*
	 * Own bits that a driver takes wherever they are offered: a device may refuse FEATURES_OK without them
	 * (5.2.5.2: a host-managed zoned disk without VIRTIO_BLK_F_ZONED).
	 */
	uint64_t demanded;
	/* Own bits that only tell numbers or add requests: a driver that makes none of these need not know of them. */
	uint64_t additions;
	/* Own bits that bring a queue each, which is there to be enabled where the bit was taken. */
	uint64_t queue_bits;
	uint32_t config_size; /* the device-specific structure with every field, bytes */
	const struct virtio_config_field *fields; /* ends with a NULL name; NULL: none are known */
};

/* Puts a type among those that virtio_type_by_id() finds. */
#define VIRTIO_TYPE(symbol)                                                                        \
	static const struct virtio_type *const symbol##_entry                                      \
		__attribute__((section("registry_virtio_types"), used)) = &symbol

/* The type, or NULL when nothing but its number is known. */
const struct virtio_type *virtio_type_by_id(uint32_t id);

/* Its short name, or "type-N" kept in a static buffer for unknown ones. Boot CPU. */
const char *virtio_type_name(uint32_t id);

/*
 * The field of the configuration after `field`, or the first when that is NULL, of those that exist with these
 * features offered; NULL behind the last, and for a type whose fields are not known.
 */
const struct virtio_config_field *config_field_next(uint32_t type, const struct features *offered,
						    const struct virtio_config_field *field);

/* Walks the fields that a device has, by what it offers. */
#define for_each_config_field(entry, device)                                                       \
	for (const struct virtio_config_field *entry =                                             \
		     config_field_next((device)->type, &(device)->offered, NULL);                  \
	     entry; entry = config_field_next((device)->type, &(device)->offered, entry))

/* The name of a bit for a device type ("VIRTIO_BLK_F_FLUSH"), or NULL when it has none. */
const char *feature_name(uint32_t type, unsigned bit);

/* The bit with this name, of the device type or reserved; false when it is unknown to the type. */
bool feature_by_name(uint32_t type, const char *name, unsigned *bit);

/* The rows of a device type; `count` is set. The bits that all types share require nothing of each other. */
const struct feature_dependency *feature_dependencies(uint32_t type, unsigned *count);

/* Drops bits whose requirements are not in the set until what is left is closed. */
struct features features_close(uint32_t type, struct features features);

#endif
