/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Personas: what the drivers of others do to come up, to work and to go, as far as a device sees it, and
 * one way to play it. What each does is data, taken from its public sources; docs/personas.md has them all. Boot CPU.
 */
#ifndef TESTS_PERSONA_PERSONA_H
#define TESTS_PERSONA_PERSONA_H

#include "tests/harness/drive/drive.h"

/* What a driver that comes up and works takes for granted: what breaks it has a name of its own. */
#define PERSONA_ASSUMES                                                                            \
	(STATE_RESET | STATE_FEATURES | STATE_SIZES | STATE_RESIZING | STATE_INDICES |             \
	 STATE_CHAINS | STATE_POLLING | STATE_CONFIGURATION | STATE_TABLES | STATE_ARMING |        \
	 STATE_QUIET | STATE_FRAMING | STATE_NOTICES)

/* In TEST(): for a driver of modern PCI devices, or of the legacy interface of PCI devices. */
#define PERSONA_OVER_PCI                                                                           \
	.needs = NEEDS_WORK, .traits = DEVICE_OVER_PCI, .assumes = PERSONA_ASSUMES,                \
	WITH_FEATURE(VIRTIO_F_VERSION_1)
#define PERSONA_OVER_LEGACY_PCI                                                                    \
	.needs = NEEDS_WORK, .traits = DEVICE_LEGACY | DEVICE_OVER_PCI, .assumes = PERSONA_ASSUMES

struct persona;

/* Ways in which a persona is not played as it is, to learn what a device minds. */
enum persona_way {
	WAY_PLAIN = BIT(0),    /* the device is brought up as any test does it */
	WAY_LAWFUL = BIT(1),   /* persona->lawful instead of its start */
	WAY_HEARD = BIT(2),    /* with interrupts, where the persona goes without */
	WAY_WHOLE = BIT(3),    /* with all queues, where it leaves some alone */
	WAY_PLACED = BIT(4),   /* with the place of notifications known before the device is live */
	WAY_ONCE = BIT(5),     /* persona->once instead of its start */
	WAY_TOGETHER = BIT(6), /* with all queues enabled when the last is set up, not one by one */
	WAY_APART = BIT(7), /* with the parts of a ring where any test has them, not in one piece */
	WAY_DIRECT = BIT(8), /* by the BARs, where it goes through the configuration window */
};

/* Those that are tried to find out which clause is broken; that one is, is known. */
#define WAYS_TRIED                                                                                 \
	(WAY_HEARD | WAY_WHOLE | WAY_PLACED | WAY_ONCE | WAY_TOGETHER | WAY_APART | WAY_DIRECT)

/* Receive buffers that a persona gives at most. */
#define PERSONA_BUFFERS_MOST 256

/* A persona while it is played. */
struct play {
	struct test_run *t;
	const struct persona *persona;
	uint32_t ways;         /* a set of enum persona_way */
	unsigned queues;       /* how many are being set up … */
	unsigned number;       /* … which of them the steps of a queue are about, from 0 on … */
	unsigned index;        /* … and its index */
	uint16_t size;         /* its entries, once they are known */
	enum clause_id clause; /* what was found broken, … */
	char why[160];         /* … and in which words */
	/* Its receive buffers, the same in each play: the device has been reset in between. */
	uint8_t *frames[PERSONA_BUFFERS_MOST];
};

/*
 * Something that a driver does; `number` is its own, as said below. False: the device would not go along,
 * and play->clause and play->why say how.
 */
struct step {
	bool (*does)(struct play *play, uint32_t number);
	uint16_t number;
} __attribute__((packed)); /* there are hundreds of them */

/* A field of the configuration that a driver reads. */
struct persona_field {
	uint8_t offset, width;
	int8_t feature; /* the bit without which it does not; NO_FEATURE: it always does */
};
#define NO_FEATURE (-1)

/* How it reads, or how often it asks for whatever its type does. */
struct persona_reading {
	uint16_t sectors; /* of a request to a disk, from sector 0 on */
	uint16_t times;
};

/* The receive buffers of a network driver. */
struct persona_receiving {
	uint16_t buffers; /* at most, as far as the queue has room; up to PERSONA_BUFFERS_MOST */
	uint16_t bytes;   /* of each, the header included */
	bool apart;       /* the header has a descriptor of its own, when sending, too */
};

/* A driver of others, as a device sees it. Each list of steps ends with one that does nothing. */
struct persona {
	const char *driver;       /* whose it is: "SeaBIOS'" */
	uint64_t takes;           /* bits 0 … 63: of what is offered, it accepts these */
	const struct step *start; /* from reset to DRIVER_OK */
	/* The same without the rules for drivers that it breaks; NULL: it keeps all. */
	const struct step *lawful;
	const struct step *once;  /* the same without a reset in between; NULL: there is none */
	const struct step *queue; /* what sets_up_queues() does with each queue */
	const struct step *end;   /* how it leaves the device */
	/* What reads_fields() reads, up to a width of 0; NULL: all that the type has. */
	const struct persona_field *fields;
	uint8_t first_queue, queues; /* those that it uses; 0: all there are */
	bool control;         /* and the control queue of a network device, where it accepts that */
	uint16_t size_most;   /* entries of a queue at most; 0: as many as the device has */
	uint16_t one_piece;   /* struct ring_shape */
	bool indirect;        /* chains go into tables, where it accepts them */
	bool quiet;           /* it polls, and maps no event to a message … */
	bool suppresses;      /* … and says in the ring that it wants none */
	bool notifies_always; /* whether the device wants that or not */
	bool looks_again;     /* for queue_notify_off, before each notification */
	bool reads_isr;       /* after each request */
	bool by_window;       /* it reaches the device through the configuration window alone */
	bool any_type;        /* it knows what the workload of the type wants, besides */
	bool (*serves)(struct play *play); /* what it does with the device that is up */
	struct persona_reading reading;
	struct persona_receiving receiving;
	uint16_t
		burst; /* frames that it sends at once and is told of late; 0: never more than one */
	/* What it asks of the control queue of a network device first; NULL: nothing. */
	bool (*commands)(struct play *play);
};

/*
 * The body of a test: the device is brought up as any test does it, and asked what the persona asks; then it is
 * brought up as the persona does it, from reset to traffic and back, twice. What goes wrong only then is told
 * under its clause, unless the driver breaks a rule and the device serves one that keeps it.
 */
void play_persona(struct test_run *t, const struct persona *persona);

/* Notes that a clause holds, or, with the message, that it is broken; evaluates to the condition. */
#define HOLDS(play, clause, condition, ...)                                                        \
	((condition) ? (check_held((play)->t, CLAUSE_##clause), true)                              \
		     : flaw((play), CLAUSE_##clause, __VA_ARGS__))

/* Notes that a clause is broken, and the words to say it with; false. */
bool flaw(struct play *play, enum clause_id id, const char *format, ...) PRINTF_LIKE(3, 4);

/* Whether the persona, as it is brought up, has accepted a feature. */
bool has_accepted(const struct play *play, unsigned bit);

/* Steps of a device; what `number` is, where it is something, its name says. */
bool writes_status(struct play *play, uint32_t status);
/* Reads the status and writes it with these bits beside. */
bool adds_status(struct play *play, uint32_t bits);
/* Reads it: these bits have to be set. */
bool sees_status(struct play *play, uint32_t bits);
/* Reads it until it is 0. */
bool awaits_reset(struct play *play, uint32_t number);
bool reads_isr(struct play *play, uint32_t number);
/* Feature words from 0 on. */
bool reads_offer(struct play *play, uint32_t words);
bool writes_features(struct play *play, uint32_t words);
/* Reads the status: FEATURES_OK has to be set. */
bool sees_agreement(struct play *play, uint32_t number);
/* The configuration: persona->fields; a width of 0: each as wide as it is. */
bool reads_fields(struct play *play, uint32_t width);
bool reads_fields_between_generations(struct play *play, uint32_t width);
/* Reads num_queues: it has to be enough. */
bool counts_queues(struct play *play, uint32_t number);
/* MSI-X, with the configuration mapped; the line where the device has none. */
bool enables_messages(struct play *play, uint32_t number);
/* Selects each queue and reads its size. */
bool looks_over_queues(struct play *play, uint32_t number);
/* persona->queue, for each queue that it uses. */
bool sets_up_queues(struct play *play, uint32_t number);
/* Selects each that was set up, and enables it, maps it to a message, or unmaps it. */
bool enables_queues(struct play *play, uint32_t number);
bool maps_queues(struct play *play, uint32_t number);
bool unmaps_queues(struct play *play, uint32_t number);
/* Legacy: selects each and writes 0 to its address. */
bool forgets_queues(struct play *play, uint32_t number);

/* Steps of a queue, by its registers. */
bool selects(struct play *play, uint32_t number);
/* The size has to be one that a ring can have. */
bool reads_size(struct play *play, uint32_t number);
/* Reads it again: it has to be the same. */
bool rereads_size(struct play *play, uint32_t number);
/* Writes a larger one down to this, and reads it back. */
bool caps_size(struct play *play, uint32_t most);
/* Writes it, changed or not. */
bool writes_size(struct play *play, uint32_t number);
/* Reads queue_enable: it has to be 0. */
bool sees_disabled(struct play *play, uint32_t number);
/* No access: memory is found. */
bool makes_ring(struct play *play, uint32_t number);
/* The three addresses, low halves first. */
bool writes_areas(struct play *play, uint32_t number);
/* Reads queue_notify_off. */
bool finds_place(struct play *play, uint32_t number);
/* No access: takes the index for it. */
bool guesses_place(struct play *play, uint32_t number);
bool maps_vector(struct play *play, uint32_t number);
bool enables(struct play *play, uint32_t number);

/* What a driver may do with a device that is up. */
bool serves_workload(struct play *play); /* reading.times requests of the workload */
bool serves_blk(struct play *play);      /* reads: see persona->reading */
bool serves_net(struct play *play);      /* gives receive buffers, commands, and sends frames */

/* Commands of the control queue, those that fit what was accepted. */
bool sets_rx_mode(struct play *play);       /* promiscuous and all-multicast off */
bool sets_pair_and_mode(struct play *play); /* VQ_PAIRS_SET 1, then these */

/*
 * Adds a chain, shows it, notifies as the persona does and waits until it is used, and for a message where the persona
 * asks for one. `what` says what it is.
 */
bool exchanges(struct play *play, struct virtqueue *queue, const struct segment *segments,
	       unsigned count, const char *what);

#endif
