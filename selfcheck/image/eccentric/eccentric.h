/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who tests that the tests are just: an eccentric stands between the tests and a device and makes it odd in
 * one respect, as far as the specification allows. No test may accuse it.
 *
 *	ECCENTRIC(ok_one_byte, .about = "an entropy device fills one byte of each buffer",
 *		  ALLOWED("5.4.6.2", "The device MUST place one or more random bytes into the buffer"),
 *		  .devices = "rng", .used_element = give_one_byte)
 *
 * It stands there over the resets between tests, too: what the harness remembers of a device it has seen
 * through the eccentric. Hooks call acts() where they make a difference. start() sets their state
 * back: before each test, once the device is fresh, and once before the harness meets the device.
 */
#ifndef SELFCHECK_ECCENTRIC_H
#define SELFCHECK_ECCENTRIC_H

#include "selfcheck/image/interpose.h"

/* One oddity. */
struct eccentric {
	const char *name;     /* ok_… */
	const char *about;    /* what is odd, a clause of a sentence */
	const char *section;  /* of the specification, which allows it … */
	const char *sentence; /* … in these words */
	/* Where it is tried unless all is asked for; each NULL: see eccentric.c. */
	const char *tests;    /* globs over suite.test */
	const char *variants; /* globs over variants */
	const char
		*devices; /* globs over names of types: binds it to these, whatever is asked for */
	uint32_t traits; /* DEVICE_…: binds it to devices with one of these; 0: DEVICE_OVER_PCI */
	/* Binds it to devices that satisfy this. NULL: any. */
	bool (*fits)(const struct virtio_device *device);
	/* What a device SHOULD do and this one does not: to be warned of it is no accusation. NULL: nothing. */
	const uint16_t *admits;
	/* It stands in nobody's way: the device itself is odd, and fits() says so. */
	bool natural;
	/* From here on as in struct interposed. */
	struct onlooker onlooker;
	uint64_t offers;
	void (*used_element)(struct virtqueue *queue, struct used_element *element);
	void (*start)(struct virtio_device *device);
	void (*stop)(struct virtio_device *device);
};

/* In ECCENTRIC(): the section and the words that allow it. */
#define ALLOWED(section_, words) .section = (section_), .sentence = (words)

/* In ECCENTRIC(): the SHOULDs that it leaves undone, by their ids as in CLAUSES(). */
#define ADMITS(...) .admits = CLAUSES(__VA_ARGS__)

/* Registers one. */
#define ECCENTRIC(symbol, ...)                                                                     \
	static const struct eccentric symbol##_eccentric = {.name = #symbol, __VA_ARGS__};         \
	static const struct eccentric *const symbol##_eccentric_entry                              \
		__attribute__((section("registry_eccentrics"), used)) = &symbol##_eccentric

/* The registry, which linker.ld gathers. */
extern const struct eccentric *const __start_registry_eccentrics[];
extern const struct eccentric *const __stop_registry_eccentrics[]; /* its end */

/* Walks those of this image: `entry` points to a pointer to each. */
#define for_each_eccentric(entry)                                                                  \
	for (const struct eccentric *const *entry = __start_registry_eccentrics;                   \
	     entry < __stop_registry_eccentrics; entry++)

/* For hooks: the oddity has shown itself. One that never does proves nothing. Any CPU, handler-safe. */
void acts(void);

/*
 * A reset that takes time, over any transport: what is written to the status is noted, and for `ns` after a reset (of_live: of
 * a device that DRIVER_OK was set for) the status shown is not 0. Boot CPU; the last two of its hooks.
 */
void late_reset_start(uint64_t ns, bool of_live);
void late_reset_note(uint8_t status);
uint64_t late_reset_show(uint64_t status);

#endif
