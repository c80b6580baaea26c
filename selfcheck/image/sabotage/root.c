/* SPDX-License-Identifier: BSD-2-Clause */
/* Root faults: devices that break one thing on which much else rests, and keep all the rest. */
#include "arch/io.h"
#include "lib/string.h"
#include "pci/intx.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/device/balloon.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/registers.h"

/* ---- features ---- */

static uint32_t ever_accepted[FEATURE_BITS / 32];
static uint32_t word;

static void forget_features(struct virtio_device *device)
{
	memset(ever_accepted, 0, sizeof(ever_accepted));
	word = 0;
}

static bool add_earlier_features(struct onlooker *self, const struct register_access *access,
				 uint64_t *value)
{
	if (is_common(access, driver_feature_select))
		word = (uint32_t)*value;
	if (is_common(access, driver_feature) && word < ARRAY_LENGTH(ever_accepted)) {
		ever_accepted[word] |= (uint32_t)*value;
		*value = ever_accepted[word];
	}
	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES))
		*value = ever_accepted[0] |= (uint32_t)*value;
	return true;
}

SABOTEUR(features_survive_reset, .about = "features that were once accepted stay in force",
	 BREAKS(CLAUSE_FEAT_TXT_2), .start = forget_features,
	 .onlooker.write = add_earlier_features);

/* ---- reset ---- */

static bool live;      /* DRIVER_OK was written since the last reset that was one */
static bool shut;      /* the driver believes that it has reset the device */
static uint8_t window; /* the place of the configuration access capability, 0: there is none */

static void begin_unreset(struct virtio_device *device)
{
	live = shut = false;
	window = virtio_pci(device)->window;
}

static bool reset_when_live(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	bool reset = is_common(access, device_status) && *value == 0;

	if (!is_common(access, device_status))
		return true;
	shut = reset && !live;
	live = (live || (*value & VIRTIO_STATUS_DRIVER_OK)) && !reset;
	return !shut;
}

static bool reset_never(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (is_common(access, device_status))
		shut = *value == 0;
	return !(is_common(access, device_status) && shut);
}

static uint64_t show_reset(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, device_status) && shut ? 0 : value;
}

/* Who speaks through the window (4.1.4.9) has begun anew. */
static bool hear_window(struct onlooker *self, const struct pci_function *function, unsigned offset,
			unsigned width, uint32_t *value)
{
	if (window && offset == window + offsetof(struct virtio_pci_cfg_cap, pci_cfg_data))
		shut = false;
	return true;
}

SABOTEUR(reset_only_when_live, .about = "a reset before DRIVER_OK is none",
	 BREAKS(CLAUSE_PCI_COMMON_10), .start = begin_unreset, .onlooker.write = reset_when_live,
	 .onlooker.read = show_reset, .onlooker.config_write = hear_window);

SABOTEUR(reset_never, .about = "a reset clears device_status and nothing else",
	 BREAKS(CLAUSE_PCI_COMMON_10), .start = begin_unreset, .onlooker.write = reset_never,
	 .onlooker.read = show_reset);

static bool pending_reset; /* 0 was written, and the device has not heard of it */

static void begin_procrastinating(struct virtio_device *device)
{
	pending_reset = false;
}

/* The reset comes when the driver begins anew. */
static bool put_reset_off(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (!is_common(access, device_status))
		return true;
	if (pending_reset && *value)
		onlooker_write(self, access, 0);
	pending_reset = *value == 0;
	return !pending_reset;
}

static uint64_t show_reset_at_once(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	return is_common(access, device_status) && pending_reset ? 0 : value;
}

SABOTEUR(reset_waits_for_the_driver,
	 .about = "a reset shows at once, and happens when the driver begins anew",
	 BREAKS(CLAUSE_RESET_2), .tests = "interrupt.reset_lowers*", .start = begin_procrastinating,
	 .onlooker.write = put_reset_off, .onlooker.read = show_reset_at_once);

/* ---- activation ---- */

#define ACTIVATIONS 3 /* that succeed */

static unsigned activations;

static void begin_activations(struct virtio_device *device)
{
	activations = 0;
}

static bool count_activation(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_common(access, device_status) && (*value & VIRTIO_STATUS_DRIVER_OK))
		activations++;
	if (is_common(access, device_status) && activations > ACTIVATIONS)
		*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	return activations <= ACTIVATIONS || access->structure != STRUCTURE_NOTIFY;
}

static uint64_t show_refusal(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	bool refused = activations > ACTIVATIONS && (value & VIRTIO_STATUS_FEATURES_OK);

	if (!is_common(access, device_status) || !refused)
		return value;
	return value | VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET;
}

SABOTEUR(activation_refused_for_ever,
	 .about = "after three activations DRIVER_OK makes the device need a reset",
	 BREAKS(CLAUSE_SANE_5), .tests = "transport.*", .start = begin_activations,
	 .onlooker.write = count_activation, .onlooker.read = show_refusal);

static unsigned selected; /* queue_select */
static uint64_t enabled;  /* queues, by their numbers */
static bool refuses;      /* DRIVER_OK was set, and some were missing */

static void begin_whole(struct virtio_device *device)
{
	enabled = 0;
	selected = 0;
	refuses = false;
}

static bool want_all_queues(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (is_common(access, queue_select))
		selected = (unsigned)*value % 64;
	if (is_common(access, queue_enable) && *value)
		enabled |= BIT64(selected);
	if (is_common(access, device_status) && *value == 0) {
		enabled = 0;
		refuses = false;
	}
	if (is_common(access, device_status) && (*value & VIRTIO_STATUS_DRIVER_OK))
		refuses = enabled != BIT64(offered_queues(access->device)) - 1;
	if (is_common(access, device_status) && refuses)
		*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	return !refuses || access->structure != STRUCTURE_NOTIFY;
}

static uint64_t show_want(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	if (!is_common(access, device_status) || !refuses)
		return value;
	return value | VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET;
}

SABOTEUR(activation_wants_all_queues,
	 .about = "DRIVER_OK makes the device need a reset unless all queues are enabled",
	 BREAKS(CLAUSE_SANE_5), .type = VIRTIO_TYPE_NET, .tests = "transport.*",
	 .start = begin_whole, .onlooker.write = want_all_queues, .onlooker.read = show_want);

/* ---- features that bring queues ---- */

static void begin_with_statistics(struct virtio_device *device)
{
	forget_features(device);
	begin_whole(device);
}

/* Once the statistics queue was negotiated it has to be enabled. */
static bool want_statistics_queue(struct onlooker *self, const struct register_access *access,
				  uint64_t *value)
{
	if (is_common(access, driver_feature_select))
		word = (uint32_t)*value;
	if (is_common(access, driver_feature) && word == 0)
		ever_accepted[0] |= (uint32_t)*value;
	if (is_common(access, queue_select))
		selected = (unsigned)*value % 64;
	if (is_common(access, queue_enable) && *value)
		enabled |= BIT64(selected);
	if (is_common(access, device_status) && *value == 0)
		begin_whole(access->device);
	if (is_common(access, device_status) && (*value & VIRTIO_STATUS_DRIVER_OK))
		refuses = (ever_accepted[0] & BIT(VIRTIO_BALLOON_F_STATS_VQ)) &&
			  !(enabled & BIT64(BALLOON_STATS_QUEUE));
	if (is_common(access, device_status) && refuses)
		*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	return !refuses || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(queues_survive_reset,
	 .about = "once statistics were negotiated the device needs a reset without their queue",
	 BREAKS(CLAUSE_FEAT_TXT_2), .type = VIRTIO_TYPE_BALLOON, .tests = "balloon.*",
	 .start = begin_with_statistics, .onlooker.write = want_statistics_queue,
	 .onlooker.read = show_want);

/* ---- reset, the other way round ---- */

static bool reset_until_live(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (!is_common(access, device_status))
		return true;
	live = live || (*value & VIRTIO_STATUS_DRIVER_OK);
	shut = live && *value == 0;
	return !shut;
}

SABOTEUR(reset_only_before_live, .about = "once DRIVER_OK was set a reset is none",
	 BREAKS(CLAUSE_PCI_COMMON_10), .start = begin_unreset, .onlooker.write = reset_until_live,
	 .onlooker.read = show_reset);

/* ---- sizes ---- */

static uint16_t kept[VIRTIO_QUEUES_MOST]; /* what was written to queue_size once; 0: nothing */

static void forget_sizes(struct virtio_device *device)
{
	memset(kept, 0, sizeof(kept));
	selected = 0;
}

static bool keep_size(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	struct register_access size = *access;

	if (is_common(access, queue_select))
		selected = (unsigned)MINIMUM(*value, (uint64_t)VIRTIO_QUEUES_MOST - 1);
	if (is_common(access, queue_size))
		kept[selected] = (uint16_t)*value;
	/* A driver that finds the size to its liking leaves it: the device has to have it all the same. */
	size.offset = COMMON_OFFSET(queue_size);
	size.width = 2;
	if (is_common(access, queue_enable) && kept[selected])
		access->device->road->write(&size, kept[selected]);
	return true;
}

static uint64_t show_kept_size(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return is_common(access, queue_size) && kept[selected] ? kept[selected] : value;
}

SABOTEUR(sizes_survive_reset, .about = "a queue keeps its size over a reset",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_5), .start = forget_sizes, .onlooker.write = keep_size,
	 .onlooker.read = show_kept_size);

static bool lose_size(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	return !is_common(access, queue_size);
}

SABOTEUR(size_writes_ignored, .about = "queue_size reads the largest size, whatever is written",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_6), .onlooker.write = lose_size);

/* ---- the offer ---- */

#define WITHDRAWN (BIT64(VIRTIO_F_INDIRECT_DESC) | BIT64(VIRTIO_F_EVENT_IDX))

static bool taken, withdrawn;

static void begin_offer(struct virtio_device *device)
{
	live = taken = withdrawn = false;
	word = 0;
}

static bool withdraw_offer(struct onlooker *self, const struct register_access *access,
			   uint64_t *value)
{
	if (is_common(access, device_feature_select))
		word = (uint32_t)*value;
	if (is_common(access, driver_feature))
		taken = taken || (*value & WITHDRAWN) == WITHDRAWN;
	if (is_common(access, device_status)) {
		withdrawn = withdrawn || (live && taken && *value == 0);
		live = *value & VIRTIO_STATUS_DRIVER_OK;
	}
	return true;
}

static uint64_t show_offer(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	return is_common(access, device_feature) && word == 0 && withdrawn ? value & ~WITHDRAWN
									   : value;
}

SABOTEUR(offer_shrinks_with_use, .about = "features are not offered any more once they were in use",
	 BREAKS(CLAUSE_FEAT_9), .start = begin_offer, .onlooker.write = withdraw_offer,
	 .onlooker.read = show_offer);

/* ---- polling ---- */

static bool hear_if_it_can_tell(struct onlooker *self, const struct register_access *access,
				uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || access->device->mode != INTERRUPT_NONE ||
	       !intx_disabled(virtio_pci(access->device)->function);
}

SABOTEUR(polling_in_vain, .about = "a queue is not served unless an interrupt can tell of it",
	 BREAKS(CLAUSE_SANE_14), .onlooker.write = hear_if_it_can_tell);

/* ---- messages ---- */

static bool send_nothing(struct onlooker *self, unsigned vector)
{
	return !victim_queue(vector);
}

SABOTEUR(used_buffers_untold, .about = "no message comes of any used buffer",
	 BREAKS(CLAUSE_SPLIT_NOTIF_3), .start = hand_start, .onlooker.arrival = send_nothing);

/* ---- chains ---- */

static bool choked;

static void begin_to_swallow(struct virtio_device *device)
{
	forget_chains(device);
	choked = false;
}

static void choke_on(struct virtqueue *queue, struct chain_view *chain)
{
	choked = choked || chain->count > 1;
}

static void look_for_chains(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, choke_on);
}

static bool hear_unless_choked(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	if (is_common(access, device_status) && *value == 0)
		begin_to_swallow(access->device);
	return !choked || access->structure != STRUCTURE_NOTIFY;
}

SABOTEUR(chokes_on_chains, .about = "a chain of several descriptors is the last until a reset",
	 BREAKS(CLAUSE_SPLIT_FRAME_1), .start = begin_to_swallow,
	 .onlooker.publish = look_for_chains, .onlooker.write = hear_unless_choked);

/* ---- tables ---- */

static void choke_on_table(struct virtqueue *queue, struct chain_view *chain)
{
	choked = choked || chain->table;
}

static void look_for_tables(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, choke_on_table);
}

/* A test by itself finds that nothing is served; which part is to blame the experiment before it tells. */
SABOTEUR(chokes_on_tables, .about = "an indirect table is the last that is served until a reset",
	 BREAKS(CLAUSE_SANE_1), .tests = "ring.split_table*", .start = begin_to_swallow,
	 .onlooker.publish = look_for_tables, .onlooker.write = hear_unless_choked);

/* ---- suppression by flags ---- */

static void clear_flags(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->event_idx)
		return;
	if (ring_is_packed(queue))
		write16(&packed_of(queue)->driver->flags, VIRTQ_EVENT_FLAGS_ENABLE);
	else
		write16(&split_of(queue)->avail->flags, 0);
}

SABOTEUR(flags_suppress_nothing, .about = "messages come whatever the driver's flags say",
	 BREAKS(CLAUSE_SPLIT_NOTIF_2), .tests = "interrupt.*", .onlooker.publish = clear_flags);

static bool numb; /* it was told once to send no messages */

static void begin_to_obey(struct virtio_device *device)
{
	hand_start(device);
	numb = false;
}

static void obey_flags(struct onlooker *self, struct virtqueue *queue)
{
	if (queue->event_idx)
		return;
	numb = numb ||
	       (ring_is_packed(queue)
			? from_le16(packed_of(queue)->driver->flags) == VIRTQ_EVENT_FLAGS_DISABLE
			: from_le16(split_of(queue)->avail->flags) & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

static bool obey_until_reset(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_common(access, device_status) && *value == 0)
		numb = false;
	return true;
}

static bool drop_if_numb(struct onlooker *self, unsigned vector)
{
	return !numb || !victim_queue(vector);
}

SABOTEUR(flags_suppress_for_ever,
	 .about = "once the driver's flags have suppressed messages none comes until a reset",
	 BREAKS(CLAUSE_NOTIF_TXT_2), .start = begin_to_obey, .tests = "interrupt.*",
	 .onlooker.publish = obey_flags, .onlooker.write = obey_until_reset,
	 .onlooker.arrival = drop_if_numb);

/* ---- the configuration ---- */

static bool wear_out(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status))
		wear((uint8_t)*value);
	return true;
}

SABOTEUR(configuration_changes_with_use,
	 .about = "a field reads otherwise once the device was live, and no generation tells of it",
	 BREAKS(CLAUSE_PCI_COMMON_7), .start = begin_to_wear, .onlooker.write = wear_out,
	 .onlooker.read = worn_in_read);

static uint64_t hide_enable(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return is_common(access, queue_enable) ? 0 : value;
}

SABOTEUR(enabling_is_not_shown, .about = "queue_enable reads 0 of a queue that is enabled",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_7), .onlooker.read = hide_enable);

/* ---- notifications ---- */

static uint16_t shown; /* available index of the work queue that the device has been shown */

static void show_nothing(struct virtio_device *device)
{
	shown = 0;
}

/* Of what a split ring holds the device sees one buffer more at each notification. */
static bool show_one_more(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	struct virtqueue *queue = access->device->queues[workload_of(access->device->type)->queue];
	uint16_t used;

	if ((is_common(access, device_status) && *value == 0) || is_common(access, queue_reset))
		shown = 0;
	if (access->structure != STRUCTURE_NOTIFY || !queue || ring_is_packed(queue))
		return true;
	/* What it was not notified of, and has used, it saw by itself. */
	used = read16(&split_of(queue)->used->idx);
	if ((int16_t)(used - shown) > 0)
		shown = used;
	shown += shown != split_of(queue)->avail_index;
	write16(&split_of(queue)->avail->idx, shown);
	return true;
}

SABOTEUR(one_buffer_a_notification,
	 .about = "a notification tells of one buffer, however many there are",
	 BREAKS(CLAUSE_SANE_18), .tests = "ring.one_notification*", .start = show_nothing,
	 .onlooker.write = show_one_more);
