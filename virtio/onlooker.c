/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/onlooker.h"

#include "arch/interrupt.h"
#include "lib/string.h"
#include "pci/function.h"
#include "pci/msix.h"

struct onlooker *onlookers;
static struct onlooker *last; /* the one at the device's end */

#define for_each_towards_device(onlooker)                                                          \
	for (struct onlooker *onlooker = onlookers; onlooker; onlooker = onlooker->behind)
#define for_each_towards_driver(onlooker)                                                          \
	for (struct onlooker *onlooker = last; onlooker; onlooker = onlooker->before)

static bool sees(const struct onlooker *onlooker, const struct virtio_device *device)
{
	return !onlooker->resting && (!onlooker->device || onlooker->device == device);
}

/* Tests may have a copy of a function. */
static bool is_same(const struct pci_function *one, const struct pci_function *another)
{
	return one && !memcmp(&one->address, &another->address, sizeof(one->address));
}

static bool sees_function(const struct onlooker *onlooker, const struct pci_function *function)
{
	return !onlooker->resting && (!onlooker->device || is_same(onlooker->function, function));
}

/* The value comes back from the device's end and ends in front of `until`. */
static uint64_t come_back(const struct onlooker *until, const struct register_access *access,
			  uint64_t value)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker == until)
			break;
		if (onlooker->read && sees(onlooker, access->device))
			value = onlooker->read(onlooker, access, value);
	}
	return value;
}

static bool go_on(struct onlooker *from, const struct register_access *access, uint64_t *value)
{
	for (struct onlooker *onlooker = from; onlooker; onlooker = onlooker->behind) {
		if (onlooker->write && sees(onlooker, access->device) &&
		    !onlooker->write(onlooker, access, value))
			return false;
	}
	return true;
}

uint64_t onlookers_read(const struct register_access *access, uint64_t value)
{
	return come_back(NULL, access, value);
}

bool onlookers_write(const struct register_access *access, uint64_t *value)
{
	return go_on(onlookers, access, value);
}

uint64_t onlooker_read(const struct onlooker *self, const struct register_access *access)
{
	return come_back(self, access, access->device->road->read(access));
}

void onlooker_write(const struct onlooker *self, const struct register_access *access,
		    uint64_t value)
{
	if (go_on(self->behind, access, &value))
		access->device->road->write(access, value);
}

void onlookers_publish(const struct virtio_device *device, struct virtqueue *queue)
{
	for_each_towards_device(onlooker)
	{
		if (onlooker->publish && sees(onlooker, device))
			onlooker->publish(onlooker, queue);
	}
}

void onlookers_used(const struct virtio_device *device, struct virtqueue *queue)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker->used && sees(onlooker, device))
			onlooker->used(onlooker, queue);
	}
}

static bool arrives(unsigned vector)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker->arrival && !onlooker->resting && !onlooker->arrival(onlooker, vector))
			return false;
	}
	return true;
}

static uint32_t config_is_read(const struct pci_function *function, unsigned offset, unsigned width,
			       uint32_t value)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker->config_read && sees_function(onlooker, function))
			value = onlooker->config_read(onlooker, function, offset, width, value);
	}
	return value;
}

static bool config_is_written(const struct pci_function *function, unsigned offset, unsigned width,
			      uint32_t *value)
{
	for_each_towards_device(onlooker)
	{
		if (onlooker->config_write && sees_function(onlooker, function) &&
		    !onlooker->config_write(onlooker, function, offset, width, value))
			return false;
	}
	return true;
}

static uint32_t msix_is_read(const struct msix *msix, unsigned entry, unsigned offset,
			     uint32_t value)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker->msix_read && sees_function(onlooker, msix->function))
			value = onlooker->msix_read(onlooker, msix, entry, offset, value);
	}
	return value;
}

static bool msix_is_written(const struct msix *msix, unsigned entry, unsigned offset,
			    uint32_t *value)
{
	for_each_towards_device(onlooker)
	{
		if (onlooker->msix_write && sees_function(onlooker, msix->function) &&
		    !onlooker->msix_write(onlooker, msix, entry, offset, value))
			return false;
	}
	return true;
}

static uint32_t pba_is_read(const struct msix *msix, unsigned word, uint32_t value)
{
	for_each_towards_driver(onlooker)
	{
		if (onlooker->pba_read && sees_function(onlooker, msix->function))
			value = onlooker->pba_read(onlooker, msix, word, value);
	}
	return value;
}

/* The floors below call the chain only while somebody stands in it. */
static void attach(void)
{
	static const struct pci_interposer interposer = {
		.config_read = config_is_read,
		.config_write = config_is_written,
		.msix_read = msix_is_read,
		.msix_write = msix_is_written,
		.pba_read = pba_is_read,
	};

	pci_interpose(onlookers ? &interposer : NULL);
	interrupt_set_filter(onlookers ? arrives : NULL);
}

void onlooker_push(struct onlooker *onlooker)
{
	struct onlooker *behind;

	onlooker_pop(onlooker);
	behind = onlookers;
	while (behind && behind->place < onlooker->place)
		behind = behind->behind;
	onlooker->behind = behind;
	onlooker->before = behind ? behind->before : last;
	*(onlooker->before ? &onlooker->before->behind : &onlookers) = onlooker;
	*(behind ? &behind->before : &last) = onlooker;
	attach();
}

static bool stands(const struct onlooker *sought)
{
	for_each_towards_device(onlooker)
	{
		if (onlooker == sought)
			return true;
	}
	return false;
}

void onlooker_pop(struct onlooker *onlooker)
{
	if (!stands(onlooker))
		return;
	*(onlooker->before ? &onlooker->before->behind : &onlookers) = onlooker->behind;
	*(onlooker->behind ? &onlooker->behind->before : &last) = onlooker->before;
	onlooker->resting = false;
	attach();
}

void onlookers_rest(const struct virtio_device *device, bool rest)
{
	for_each_towards_device(onlooker)
	{
		if (onlooker->place >= ONLOOKER_INTERFERES && onlooker->device == device)
			onlooker->resting = rest;
	}
}
