/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watch on our own driver: an onlooker next to it, which looks at each access of each test and compares it
 * with what the specification asks of drivers (tests/driver-clauses.tsv, docs/driver.md). Each file has a
 * chapter of it; the chapters are told of what they have a word on by watch.c.
 *
 * What is done on several CPUs at once, or in a handler, is looked at there: nothing here waits, allocates or
 * prints. All functions may be called so: handler-safe, any CPU.
 */
#ifndef SELFCHECK_WATCHED_H
#define SELFCHECK_WATCHED_H

#include "virtio/onlooker.h"
#include "virtio/ring/queue.h"

#include "generated/driver_clauses.h"

/* A chain, or packed a list, by the id under which it comes back. */
struct watched_chain {
	uint32_t sum;      /* over all that it says: struct chain_facts */
	uint16_t place;    /* split: the available index that shows it; packed: its first slot */
	uint16_t length;   /* packed: slots of the ring */
	bool exposed;      /* shown, and not used */
	const void *table; /* packed: its table, NULL: it has none, … */
	uint32_t bytes;    /* … of so many bytes */
};

/* A queue of a device since its reset. */
struct watched_queue {
	uint8_t areas;       /* BIT(enum queue_area): written since the reset */
	bool enabled;        /* queue_enable was written */
	bool resetting;      /* queue_reset was written, and has not read 0 */
	bool was_reset;      /* it has, and the queue is not enabled again */
	bool is_sized;       /* queue_size was written */
	bool has_notify_off; /* queue_notify_off was read */
	bool unread_vector;  /* queue_msix_vector was written and not read */
	uint16_t most;       /* what queue_size read before it was written; 0: not read */
	uint16_t notify_off, notify_data;
	uint64_t device_area;

	/* Its ring since it was first published. */
	const struct virtqueue *ring; /* NULL: it was not, or there was no room to watch it */
	struct watched_chain *chains; /* by id */
	uint16_t available, used;     /* split: indices; packed: slots */
	bool available_wrap, used_wrap;
	uint16_t before;    /* split: the available index before it was published last … */
	unsigned publisher; /* … by this CPU */
};

/* A device since its reset. */
struct watched_device {
	struct virtio_device *device;
	bool known;      /* it was reset since the watch began */
	bool resetting;  /* 0 was written to device_status, and has not been read */
	bool reread;     /* device_status was read since FEATURES_OK was set */
	bool suspended;  /* from the write of SUSPEND until the device was seen to run again */
	bool resuming;   /* DRIVER_OK was set behind SUSPEND */
	uint8_t status;  /* the bits that the driver has set and the device keeps */
	unsigned offers; /* BIT(n): device_feature was read for word n */
	struct features offered, accepted;        /* what is offered stays */
	uint32_t device_word, driver_word, queue; /* what the selectors have */
	bool has_device_word, has_driver_word, has_queue;
	bool unread_vector; /* config_msix_vector was written and not read */
	bool counted;       /* config_generation was read, and nothing written since */
	bool torn;          /* half of a field of 64 bits was read since then */
	uint32_t window_offset, window_length; /* of the configuration window */
	uint8_t window_bar;
	struct watched_queue queues[VIRTIO_QUEUES_MOST];
};

/* What a chain comes to. */
struct chain_facts {
	unsigned
		elements; /* direct descriptors and entries of tables, but not what refers to those */
	unsigned slots;   /* descriptors in the ring */
	uint64_t bytes;
	uint32_t sum;      /* of what was read */
	const void *table; /* packed: where its table is, of so many bytes */
	uint32_t table_bytes;
	uint16_t id; /* packed: its last descriptor's */
	bool indirect, nested,
		linked_table;    /* INDIRECT: at all, within a table, together with NEXT */
	bool odd_table;          /* of a length that no table has */
	bool readable_late;      /* a readable element behind a writable one */
	bool stray;              /* it leaves its table */
	bool jumps, table_jumps; /* NEXT does not lead to the neighbour */
	bool flagged_table;      /* packed: other flags than WRITE in a table */
	bool wrong_lap;          /* packed: AVAIL and USED are not what the wrap counter says */
	bool writable;           /* an element was, so far */
};

/*
 * A rule was looked at: counts that, and notes a breach, with a sentence of what was done, when the condition
 * is false. Evaluates to the condition.
 */
#define KEEPS(watched, rule, condition, ...)                                                       \
	({                                                                                         \
		bool keeps = (condition);                                                          \
		rule_met(rule);                                                                    \
		if (!keeps)                                                                        \
			rule_broken((watched), (rule), __VA_ARGS__);                               \
		keeps;                                                                             \
	})

/* What KEEPS() comes to. */
void rule_met(enum driver_clause rule);
/* … when the rule was broken. */
void rule_broken(const struct watched_device *watched, enum driver_clause rule, const char *format,
		 ...) PRINTF_LIKE(3, 4);

/* Whether the driver has accepted a feature. */
static inline bool accepts(const struct watched_device *watched, unsigned bit)
{
	return features_have(&watched->accepted, bit);
}

/* The status (2.1, 3.1.1, 3.4): its register, … */
void status_written(struct watched_device *watched, uint8_t status);
void status_read(struct watched_device *watched, uint8_t status);
/* … and what may be done at which status: a feature or a field of a queue is being set. */
void set_up_written(struct watched_device *watched, bool queue, const char *what);
/* The configuration, and the notification structure, are written. */
void configuration_written(struct watched_device *watched, uint32_t offset);
void notification_sent(struct watched_device *watched, uint32_t value);
/* Buffers are shown. */
void buffers_shown(struct watched_device *watched, const struct virtqueue *queue);

/* Features (2.2, 6). */
void offer_read(struct watched_device *watched, uint32_t bits);
void features_written(struct watched_device *watched, uint32_t bits);
void features_settled(struct watched_device *watched);

/* The common configuration (4.1.4.3), the widths of all accesses (4.1.3.1), the configuration (2.5). */
void common_is_read(struct watched_device *watched, const struct register_access *access,
		    uint64_t value);
void common_is_written(struct watched_device *watched, const struct register_access *access,
		       uint64_t value);
void configuration_accessed(struct watched_device *watched, const struct register_access *access,
			    bool write);
/* The control registers over MMIO (4.2.2): what they have of their own, and then as above. */
void control_is_read(struct watched_device *watched, const struct register_access *access,
		     uint64_t value);
void control_is_written(struct watched_device *watched, const struct register_access *access,
			uint64_t value);
/* Reads of 64 bits end where something else is accessed. */
void other_accessed(struct watched_device *watched);
/* The fields of a queue (4.1.4.3, 2.6): false when the access is to none. */
bool queue_is_read(struct watched_device *watched, const struct register_access *access,
		   uint64_t value);
bool queue_is_written(struct watched_device *watched, const struct register_access *access,
		      uint64_t value);
/* Nothing is known any more of a queue that is reset. */
void queue_forgotten(struct watched_queue *queue);

/* PCI: vectors (4.1.5.1.2), the MSI-X table (PCI 3.0, 6.8.2), capabilities (4.1.4, 4.1.4.9). */
void vector_written(struct watched_device *watched, uint16_t entry, const char *field);
void vector_left(struct watched_device *watched);
void table_written(struct watched_device *watched, const struct msix *msix, unsigned entry,
		   unsigned offset, uint32_t value);
void space_written(struct watched_device *watched, unsigned offset, unsigned width, uint32_t value);
void space_read(struct watched_device *watched, unsigned offset, unsigned width);

/* Rings (2.7, 2.8): what is shown, what came back, what stands in the driver's part. */
void ring_published(struct watched_device *watched, struct virtqueue *queue);
void ring_used(struct watched_device *watched, struct virtqueue *queue);
/* It is not watched any more. */
void ring_forgotten(struct watched_queue *queue);
void ring_notified(struct watched_device *watched, struct watched_queue *watched_queue);
void chain_judged(struct watched_device *watched, const struct virtqueue *queue,
		  const struct chain_facts *facts);
void split_published(struct watched_device *watched, struct watched_queue *queue);
void split_used(struct watched_device *watched, struct watched_queue *queue);
void split_looked_at(struct watched_device *watched, struct watched_queue *queue);
void packed_published(struct watched_device *watched, struct watched_queue *queue);
void packed_used(struct watched_device *watched, struct watched_queue *queue);
void packed_looked_at(struct watched_device *watched, struct watched_queue *queue);
/* Adds a descriptor's bytes to a sum. */
uint32_t sum_of(uint32_t sum, const void *bytes, size_t length);
/* An element of a chain that may be read or written so. */
void element_met(struct chain_facts *facts, uint32_t length, bool writable);
/* Where the entries of a table are, and how many: NULL where no table can be. */
const void *table_at(struct chain_facts *facts, uint64_t address, uint32_t length, unsigned *count);

/* Notifications (2.9, 4.1.5.2). */
void notification_judged(struct watched_device *watched, const struct register_access *access,
			 uint32_t value);

#endif
