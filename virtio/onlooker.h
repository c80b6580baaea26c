/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Onlookers: who stands on the one road between the driver and its devices. They watch what passes,
 * and may change it: accesses to registers, to configuration space and to the MSI-X structures,
 * buffers that are published and taken back, interrupts that arrive.
 *
 * Several stand in a row, and their order is meaning:
 *
 *	driver | watches | traces | those who interfere | disguises | device
 *
 * What the driver does (writes, publications) passes them from its end to the device's, what the device
 * says (values read, used buffers, interrupts) comes back the other way. So a watch sees what the driver
 * really does and what it gets to see, whatever is made of it in between; who interferes, an eccentric
 * or a saboteur, meets a device with whatever the disguise below pretends. Who swallows something hides
 * it from those behind it.
 *
 * Nobody stands there in an ordinary run. Then an access costs the test of a pointer more, and a kick
 * may go by virtqueue_doorbell().
 */
#ifndef VIRTIO_ONLOOKER_H
#define VIRTIO_ONLOOKER_H

#include "pci/interposer.h"
#include "virtio/device.h"

/* Where an onlooker stands, from the driver's end. Of two in one place the later one is nearer to the driver. */
enum onlooker_place {
	ONLOOKER_WATCHES,    /* changes nothing */
	ONLOOKER_TRACES,     /* likewise, and tells it */
	ONLOOKER_INTERFERES, /* an eccentric or a saboteur */
	ONLOOKER_DISGUISES,  /* makes the device one that is not there */
};

/*
 * What passes calls the members, any of which may be NULL. They are called where the access is made:
 * on any CPU, and in handlers. `arrival` is called in handlers alone.
 */
struct onlooker {
	enum onlooker_place place;
	struct virtio_device *device; /* whose it sees; NULL: every device's */
	/* With `device`: whose configuration space and MSI-X structures it sees; NULL: none. */
	const struct pci_function *function;
	void *context; /* its own */

	/* After a read: returns what the reader gets. */
	uint64_t (*read)(struct onlooker *self, const struct register_access *access,
			 uint64_t value);
	/* Before a write, which may be altered; false swallows it. */
	bool (*write)(struct onlooker *self, const struct register_access *access, uint64_t *value);

	/* Before the device is shown new buffers; what they say in ring and tables may be changed. */
	void (*publish)(struct onlooker *self, struct virtqueue *queue);
	/* Before the driver looks at a used element; ring memory may be changed. */
	void (*used)(struct onlooker *self, struct virtqueue *queue);

	/*
	 * Asked of every arrival on a vector of the device range, on the CPU that was interrupted, before it is
	 * counted; false: it is as if it had never come. Whoever's it is: vectors are no device's.
	 */
	bool (*arrival)(struct onlooker *self, unsigned vector);

	/* PCI: as in struct pci_interposer. */
	uint32_t (*config_read)(struct onlooker *self, const struct pci_function *function,
				unsigned offset, unsigned width, uint32_t value);
	bool (*config_write)(struct onlooker *self, const struct pci_function *function,
			     unsigned offset, unsigned width, uint32_t *value);
	uint32_t (*msix_read)(struct onlooker *self, const struct msix *msix, unsigned entry,
			      unsigned offset, uint32_t value);
	bool (*msix_write)(struct onlooker *self, const struct msix *msix, unsigned entry,
			   unsigned offset, uint32_t *value);
	uint32_t (*pba_read)(struct onlooker *self, const struct msix *msix, unsigned word,
			     uint32_t value);

	/* The chain's own. */
	bool resting;
	struct onlooker *before, *behind; /* nearer to the driver, nearer to the device */
};

/*
 * Puts an onlooker into the row, or moves it when it stands there. It must stay in memory until it is
 * taken out. Boot CPU, while no device is driven.
 */
void onlooker_push(struct onlooker *onlooker);

/* Takes an onlooker out; does nothing where it does not stand there. Boot CPU, while no device is driven. */
void onlooker_pop(struct onlooker *onlooker);

/*
 * Lets those who interfere with or disguise this device look away, or look again: so that a test can
 * use it as it really is. Boot CPU.
 */
void onlookers_rest(const struct virtio_device *device, bool rest);

/*
 * An onlooker's own read: it goes on from its place towards the device, so that those nearer to the
 * driver do not take it for the driver's. Handler-safe, any CPU.
 */
uint64_t onlooker_read(const struct onlooker *self, const struct register_access *access);

/* Its own write, likewise. Handler-safe, any CPU. */
void onlooker_write(const struct onlooker *self, const struct register_access *access,
		    uint64_t value);

/* For the road itself: transports and rings. */

/* The one at the driver's end; NULL: nobody looks on, and the functions below need not be called. */
extern struct onlooker *onlookers;

/* What becomes of a value that was read. Handler-safe, any CPU. */
uint64_t onlookers_read(const struct register_access *access, uint64_t value);

/* What becomes of a value to be written; false: it was swallowed. Handler-safe, any CPU. */
bool onlookers_write(const struct register_access *access, uint64_t *value);

/* New buffers of a queue of the device are about to be shown to it. Handler-safe, any CPU. */
void onlookers_publish(const struct virtio_device *device, struct virtqueue *queue);

/* Used buffers of a queue of the device are about to be looked at. Handler-safe, any CPU. */
void onlookers_used(const struct virtio_device *device, struct virtqueue *queue);

#endif
