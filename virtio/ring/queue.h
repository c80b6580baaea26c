/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtqueue behind one interface, whatever its ring format: add chains, publish them, kick, take
 * completions. Nothing here waits and nothing here judges. Any CPU, one at a time for a queue.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "lib/format.h"
#include "virtio/device.h"
#include "virtio/ring/layout.h"
#include "virtio/ring/shape.h"

/* One descriptor's worth of a chain: device-readable segments come before device-writable ones. */
struct segment {
	uint64_t address;
	uint32_t length;
	bool writable;
};

/* What was taken back. */
struct completion {
	void *token;     /* what virtqueue_add() was given; NULL: no chain in flight has this id */
	uint32_t id;     /* as the device wrote it */
	uint32_t length; /* as the device wrote it: bytes written */
	uint32_t writable; /* bytes of the chain that the device may write; 0 where there is none */
	bool has_length;   /* length counts: not in a packed ring without the WRITE flag (2.8.5) */
	bool skipped;      /* IN_ORDER: the device reported it by a later buffer alone (2.7.9) */
};

struct slot_layout;

/* What there is to know of a format without looking into it. */
enum ring_trait {
	RING_PACKED = BIT(0),         /* used descriptors take the place of available ones (2.8) */
	RING_TAKES_ANY_SIZE = BIT(1), /* not powers of 2 alone */
};

/* A ring format. It is chosen by a feature bit, or `usual` where no other one is. */
struct ring_format {
	const char *name; /* "split", "packed" */
	unsigned feature;
	bool usual;
	enum ring_trait traits;
	struct ring_part parts[RING_PARTS];
	const struct slot_layout *slots; /* virtio/ring/slots.h */
	/* A queue of this format from the arena, all 0; NULL when that is full. */
	struct virtqueue *(*allocate)(struct arena *arena);
	/* Gives it its parts and makes it an empty ring; false when the arena is full. */
	bool (*start)(struct virtqueue *queue);
	/* *id: what the chain is known by. */
	bool (*add)(struct virtqueue *queue, const struct segment *segments, unsigned count,
		    void *token, uint16_t *id);
	uint16_t (*next_id)(const struct virtqueue *queue);
	void (*publish)(struct virtqueue *queue);
	/* Whether the device wants a notification for what was published since the last call. */
	bool (*kick_wanted)(struct virtqueue *queue);
	void (*notify)(struct virtqueue *queue);
	bool (*used_pending)(const struct virtqueue *queue);
	/* Reads the used element that is next, and leaves it there. */
	void (*look)(struct virtqueue *queue, struct completion *completion);
	/* Moves on behind the used element of this buffer and frees its descriptors. */
	void (*retire)(struct virtqueue *queue, uint16_t id);
	/* Moves on behind a used element that names no buffer in flight. */
	void (*pass)(struct virtqueue *queue);
	void (*suppress)(struct virtqueue *queue);
	bool (*arm)(struct virtqueue *queue, uint16_t after);
	void (*dump)(struct virtqueue *queue, struct text *text);
};

/* In the file of a format: puts it among those that a queue can have. */
#define RING_FORMAT(symbol)                                                                        \
	static const struct ring_format *const symbol##_entry                                      \
		__attribute__((section("registry_ring_formats"), used)) = &symbol

/* What a chain in flight occupies, by its id (the head of a split ring's chain). */
struct chain {
	void *token;       /* NULL: not in flight */
	void *table;       /* indirect table that this id owns, or NULL */
	uint16_t capacity; /* entries that the table has room for */
	uint16_t length;   /* descriptors in the ring */
	uint32_t writable; /* bytes that the device may write */
};

/* What all formats have; each embeds it in a struct of its own. */
struct virtqueue {
	const struct ring_format *format;
	struct virtio_device *device;
	struct arena *arena;
	uint16_t index;
	uint16_t size;
	uint16_t free;      /* descriptors that add() can still use */
	uint16_t in_flight; /* chains added and not yet taken */
	bool event_idx, in_order, notification_data;
	uint16_t notify_off; /* its transport's: queue_notify_off */
	struct notify_place notify_place;
	uint16_t notify_value; /* the index, or queue_notif_config_data where that is negotiated */
	unsigned entry;        /* MSI-X table entry, or VIRTIO_MSI_NO_VECTOR */
	unsigned vector;       /* CPU vector, 0: none */
	uint64_t heard;        /* arrivals on it that are spent on buffers taken */
	unsigned cpu;          /* where the vector goes */
	struct chain *chains;  /* by id */
	void *parts[RING_PARTS];
	struct ring_shape shape;
	uint64_t kicks; /* notifications sent */
	uint64_t taken; /* buffers taken back */
	/* IN_ORDER: ids in the order in which they were made available. */
	uint16_t *order; /* a ring of `size`, in_flight of them in use */
	uint16_t oldest; /* where in it the oldest stands */
	uint16_t batch;  /* buffers still to be taken by the used element looked at last */
	struct completion batch_end; /* that element */
};

/*
 * Makes the ring of `size` entries (1 … 32768; which sizes a format takes, virtqueue_size_fits() says) in
 * the arena, in the format and with the options that device->negotiated and the shape (NULL: the usual
 * one) say (2.7, 2.8); nothing is written to the device. NULL when the arena is full.
 */
struct virtqueue *virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t size,
				   const struct ring_shape *shape, struct arena *arena);

/* Physical addresses of the three areas of a queue (2.6). */
struct virtqueue_areas {
	uint64_t desc, driver, device;
};

/* Those that queue_desc, queue_driver and queue_device take. */
struct virtqueue_areas virtqueue_areas(const struct virtqueue *queue);

/*
 * Adds one chain of `count` segments (at least 1); the device does not see it yet. False when there
 * are not enough free descriptors or no room for an indirect table.
 */
bool virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		   void *token) MUST_CHECK;

/*
 * When buffers were published and taken last, on any queue (clock_now(); 0: never): tells whether a device
 * is still at work. Boot CPU.
 */
struct ring_progress {
	uint64_t published, taken;
};

/* Since boot. */
struct ring_progress ring_progress(void);

/* Shows the device everything that was added. */
void virtqueue_publish(struct virtqueue *queue);

/*
 * Whether the device wants to be notified of what has been published since the last call (2.7.10, 2.8.14): for who
 * does not notify it at once.
 */
static inline bool virtqueue_kick_wanted(struct virtqueue *queue)
{
	return queue->format->kick_wanted(queue);
}

/* Notifies the device unasked. */
static inline void virtqueue_notify(struct virtqueue *queue)
{
	queue->format->notify(queue);
}

/* Notifies the device if it wants that, likewise. True when a notification was sent. */
static inline bool virtqueue_kick(struct virtqueue *queue)
{
	bool wanted = virtqueue_kick_wanted(queue);

	if (wanted)
		virtqueue_notify(queue);
	return wanted;
}

/*
 * Where a store of queue->notify_value notifies the device, for drivers that do nothing else; no place
 * when it takes more than that, or somebody looks on: then virtqueue_notify().
 */
struct notify_place virtqueue_doorbell(const struct virtqueue *queue);

/* True when the device has used something that was not taken yet. */
bool virtqueue_used_pending(struct virtqueue *queue);

/*
 * The same without a word to onlookers and without moving on: for who looks at a queue from the side while it
 * is driven. Handler-safe, any CPU.
 */
static inline bool virtqueue_shows_used(const struct virtqueue *queue)
{
	return queue->format->used_pending(queue);
}

/* How many bytes a part of the queue's ring has room for, 0: desc, 1: driver, 2: device. Any CPU. */
static inline uint32_t virtqueue_part_bytes(const struct virtqueue *queue, unsigned part)
{
	return ring_part_bytes(&queue->format->parts[part],
			       MAXIMUM(queue->size, queue->shape.room));
}

/* The id by which the chain that is added next will be known. Boot CPU. */
static inline uint16_t virtqueue_next_id(const struct virtqueue *queue)
{
	return queue->format->next_id(queue);
}

/* Takes the next completion; false when there is none. */
bool virtqueue_take(struct virtqueue *queue, struct completion *completion) MUST_CHECK;

/* Asks the device for no interrupts on this queue (a hint: 2.7.7, 2.8.10). */
void virtqueue_suppress(struct virtqueue *queue);

/*
 * Asks for an interrupt once `after` more buffers than taken so far have been used, plus one: 0 is
 * the very next. Only event_idx can honour more than 0; in a packed ring it counts the buffers in
 * flight as if they were used in the order of their being added. True when that has already
 * happened, so that no interrupt need come.
 */
bool virtqueue_arm(struct virtqueue *queue, uint16_t after);

/* Whether the queue's ring is packed: used descriptors take the place of available ones (2.8). */
static inline bool ring_is_packed(const struct virtqueue *queue)
{
	return queue->format->traits & RING_PACKED;
}

/* Whether a ring of so many entries can be made with what is negotiated. */
bool virtqueue_size_fits(const struct virtio_device *device, uint16_t size);

/* Describes the ring in words: indices, flags, event fields, the entries around the indices. */
void virtqueue_dump(struct virtqueue *queue, struct text *text);

/* Whether the queue's shape takes a liberty. Any CPU. */
static inline bool takes_liberty(const struct virtqueue *queue, enum ring_liberty liberty)
{
	return queue->shape.liberties & liberty;
}

#endif
