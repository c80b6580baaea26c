/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saboteurs of registers are mostly lies: under some condition a register reads as something else, or a
 * write is changed or lost. Conditions look at the driver's story: what it has written so far.
 */
#ifndef SELFCHECK_LIE_H
#define SELFCHECK_LIE_H

#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"

/* The driver's story since the device was fresh. */
struct story {
	uint32_t device_select, driver_select;
	unsigned queue;
	uint8_t status;
	unsigned resets;      /* writes of status 0 */
	unsigned reads;       /* of any register */
	bool was_live;        /* DRIVER_OK was set before the last reset */
	bool failed;          /* FAILED was set at some time */
	bool sized;           /* queue_size was written at some time … */
	uint16_t size;        /* … last with this value */
	bool addressed;       /* queue_desc was written at some time */
	bool queue_reset;     /* 1 was written to queue_reset at some time */
	uint32_t last;        /* offset of the last write to the common structure */
	uint64_t accepted[2]; /* whatever was written to driver_feature */
	uint64_t first_reset; /* TSC of the first write of status 0 */
};
extern struct story story;

enum lie_kind {
	LIE_NONE,
	LIE_READ,    /* reads as (value & keep) | set */
	LIE_WRITE,   /* writes (value & keep) | set */
	LIE_SWALLOW, /* loses the write */
};

struct lie {
	enum lie_kind kind;
	enum virtio_structure structure;
	uint32_t offset;
	bool anywhere; /* in the structure */
	uint64_t keep, set;
	uint64_t (*value)(uint64_t value); /* instead of keep and set */
	bool (*when)(void);                /* NULL: always */
};

/* In struct saboteur: LIES(READS(queue_size, 0, 3), …), with the driver's story. */
#define LIES(...)                                                                                  \
	.start = begin_story, .onlooker.context = (struct lie[]){__VA_ARGS__, {.kind = LIE_NONE}}, \
	.onlooker.read = lie_in_read, .onlooker.write = lie_in_write
#define READS(field, bits_kept, bits_set, ...)                                                     \
	{                                                                                          \
		.kind = LIE_READ, .offset = COMMON_OFFSET(field), .keep = (bits_kept),             \
		.set = (bits_set), __VA_ARGS__                                                     \
	}
#define WRITES(field, bits_kept, bits_set, ...)                                                    \
	{                                                                                          \
		.kind = LIE_WRITE, .offset = COMMON_OFFSET(field), .keep = (bits_kept),            \
		.set = (bits_set), __VA_ARGS__                                                     \
	}
#define SWALLOWS(field, ...)                                                                       \
	{                                                                                          \
		.kind = LIE_SWALLOW, .offset = COMMON_OFFSET(field), __VA_ARGS__                   \
	}
#define SWALLOWS_KICKS                                                                             \
	{                                                                                          \
		.kind = LIE_SWALLOW, .structure = STRUCTURE_NOTIFY, .anywhere = true               \
	}
#define ALL_BITS UINT64_MAX

void begin_story(struct virtio_device *device);
uint64_t lie_in_read(struct onlooker *self, const struct register_access *access, uint64_t value);
bool lie_in_write(struct onlooker *self, const struct register_access *access, uint64_t *value);

/*
 * A device that sleeps: no kick is heard, and it does not go live whatever it says, since some look at their queues then
 * without being notified. For the members of an onlooker: what its write returns, and what its read does. Handler-safe.
 */
bool sleep_in_write(const struct register_access *access, uint64_t *value, bool asleep);
uint64_t sleep_in_read(const struct register_access *access, uint64_t value);

/*
 * A configuration that wears: once the device was live and then reset, over any transport, it is worn, and the first field
 * that stays as it is by right reads otherwise. wear() is told what is written to the status. Handler-safe.
 */
void begin_to_wear(struct virtio_device *device);
void wear(uint8_t status);
bool is_worn(void);
uint64_t worn_in_read(struct onlooker *self, const struct register_access *access, uint64_t value);

#endif
