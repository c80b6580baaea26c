/* SPDX-License-Identifier: BSD-2-Clause */
/* GPUs that break one rule. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/gpu.h"
#include "virtio/transport.h"
#include "virtio/transport/pci/device.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_gpu_config, field)

/* The response in a used buffer of this queue, and the command that it answers; false for all others. */
static bool answer_of(struct virtqueue *queue, unsigned index, const struct used_element *element,
		      struct virtio_gpu_ctrl_hdr **answer, uint32_t *command)
{
	struct request *request = used_request(queue, element);

	if (!request || queue->index != index || request->in_length < sizeof(**answer))
		return false;
	*answer = (struct virtio_gpu_ctrl_hdr *)request->in;
	*command = from_le32(((struct virtio_gpu_ctrl_hdr *)request->out)->type);
	return true;
}

/* Whether it is a success of that command. */
static bool succeeds(struct virtqueue *queue, const struct used_element *element, uint32_t command,
		     struct virtio_gpu_ctrl_hdr **answer)
{
	uint32_t asked;

	return answer_of(queue, GPU_CONTROL_QUEUE, element, answer, &asked) && asked == command &&
	       from_le32((*answer)->type) < VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static void forget_fence(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	uint32_t command;

	if (answer_of(queue, GPU_CONTROL_QUEUE, element, &answer, &command))
		answer->flags = to_le32(0);
}
SABOTEUR(gpu_forgets_fences, .about = "no response has the flag of a fence",
	 BREAKS(CLAUSE_GPU_HDR_1), .type = VIRTIO_TYPE_GPU, .tests = "gpu.*",
	 .used_element = forget_fence);

static void halve_fence(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	uint32_t command;

	if (answer_of(queue, GPU_CONTROL_QUEUE, element, &answer, &command))
		answer->fence_id = to_le64((uint32_t)from_le64(answer->fence_id));
}
SABOTEUR(gpu_halves_fences, .about = "of a fence the lower 32 bits come back",
	 BREAKS(CLAUSE_GPU_HDR_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.*",
	 .used_element = halve_fence);

/* Every error becomes this type. */
static void instead_of_error(struct virtqueue *queue, struct used_element *element, uint32_t type)
{
	struct virtio_gpu_ctrl_hdr *answer;
	uint32_t command;

	if (answer_of(queue, GPU_CONTROL_QUEUE, element, &answer, &command) &&
	    gpu_is_error(from_le32(answer->type)))
		answer->type = to_le32(type);
}

static void accept_all(struct virtqueue *queue, struct used_element *element)
{
	instead_of_error(queue, element, VIRTIO_GPU_RESP_OK_NODATA);
}
SABOTEUR(gpu_accepts_all, .about = "what fails is said to have succeeded",
	 BREAKS(CLAUSE_GPU_HDR_6, CLAUSE_GPU_HDR_7, CLAUSE_GPU_2D_2, CLAUSE_GPU_2D_3,
		CLAUSE_GPU_UNREF_2, CLAUSE_GPU_SCANOUT_2, CLAUSE_GPU_SCANOUT_5, CLAUSE_GPU_EDID_3),
	 .type = VIRTIO_TYPE_GPU, .tests = "gpu.*", .used_element = accept_all);

static void invent_code(struct virtqueue *queue, struct used_element *element)
{
	instead_of_error(queue, element, 0x1300);
}
SABOTEUR(gpu_invents_codes, .about = "errors have a code that nothing defines",
	 BREAKS(CLAUSE_GPU_HDR_6, CLAUSE_GPU_SCANOUT_5), .type = VIRTIO_TYPE_GPU, .tests = "gpu.*",
	 .used_element = invent_code);

/* What succeeds with one of these commands is said to have failed. */
#define REFUSES(name, about_, breaks, ...)                                                         \
	static void refuse_##name(struct virtqueue *queue, struct used_element *element)           \
	{                                                                                          \
		static const uint32_t commands[] = {__VA_ARGS__};                                  \
		struct virtio_gpu_ctrl_hdr *answer;                                                \
		for (unsigned n = 0; n < ARRAY_LENGTH(commands); n++) {                            \
			if (succeeds(queue, element, commands[n], &answer))                        \
				answer->type = to_le32(VIRTIO_GPU_RESP_ERR_UNSPEC);                \
		}                                                                                  \
	}                                                                                          \
	SABOTEUR(gpu_refuses_##name, .about = about_, breaks, .type = VIRTIO_TYPE_GPU,             \
		 .tests = "gpu.*", .used_element = refuse_##name)

REFUSES(resources, "no resource can be made", BREAKS(CLAUSE_GPU_2D_1, CLAUSE_GPU_2D_2),
	VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
REFUSES(memory, "no memory is attached", BREAKS(CLAUSE_GPU_ATTACH_1),
	VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
REFUSES(ends, "nothing is destroyed and no memory detached",
	BREAKS(CLAUSE_GPU_UNREF_1, CLAUSE_GPU_DETACH_1), VIRTIO_GPU_CMD_RESOURCE_UNREF,
	VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING);
REFUSES(pictures, "nothing is transferred or flushed",
	BREAKS(CLAUSE_GPU_XFER_1, CLAUSE_GPU_FLUSH_1), VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
	VIRTIO_GPU_CMD_RESOURCE_FLUSH);
REFUSES(edid, "a display that is enabled has no EDID", BREAKS(CLAUSE_GPU_EDID_1),
	VIRTIO_GPU_CMD_GET_EDID);
REFUSES(scanouts, "no scanout is set", BREAKS(CLAUSE_GPU_SCANOUT_1), VIRTIO_GPU_CMD_SET_SCANOUT);

static void refuse_more(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	const struct virtio_gpu_set_scanout *command;

	if (!succeeds(queue, element, VIRTIO_GPU_CMD_SET_SCANOUT, &answer))
		return;
	command = (const struct virtio_gpu_set_scanout *)used_request(queue, element)->out;
	if (from_le32(command->scanout_id) && from_le32(command->resource_id))
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}
SABOTEUR(gpu_mirrors_nothing, .about = "a resource is shown by the first scanout alone",
	 BREAKS(CLAUSE_GPU_SCANOUT_3), .type = VIRTIO_TYPE_GPU, .tests = "gpu.scanouts*",
	 .used_element = refuse_more);

static void refuse_blank(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	const struct virtio_gpu_set_scanout *command;

	if (!succeeds(queue, element, VIRTIO_GPU_CMD_SET_SCANOUT, &answer))
		return;
	command = (const struct virtio_gpu_set_scanout *)used_request(queue, element)->out;
	if (!from_le32(command->resource_id))
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}
SABOTEUR(gpu_disables_nothing, .about = "resource 0 disables no scanout",
	 BREAKS(CLAUSE_GPU_SCANOUT_4), .type = VIRTIO_TYPE_GPU, .tests = "gpu.scanouts*",
	 .used_element = refuse_blank);

static void refuse_scattered(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	const struct virtio_gpu_resource_attach_backing *command;

	if (!succeeds(queue, element, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, &answer))
		return;
	command = (const struct virtio_gpu_resource_attach_backing *)used_request(queue, element)
			  ->out;
	if (from_le32(command->nr_entries) > 1)
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}
SABOTEUR(gpu_takes_no_pieces, .about = "memory in more than one piece is refused",
	 BREAKS(CLAUSE_GPU_ATTACH_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.memory*",
	 .used_element = refuse_scattered);

static void mistake_success(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;
	uint32_t command;

	if (answer_of(queue, GPU_CONTROL_QUEUE, element, &answer, &command) &&
	    from_le32(answer->type) == VIRTIO_GPU_RESP_OK_NODATA)
		answer->type = to_le32(VIRTIO_GPU_RESP_OK_CAPSET);
}
SABOTEUR(gpu_mistakes_success, .about = "success without data is said to be one with data",
	 BREAKS(CLAUSE_GPU_HDR_5), .type = VIRTIO_TYPE_GPU, .tests = "gpu.*",
	 .used_element = mistake_success);

static void mistype_data(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;

	if (succeeds(queue, element, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &answer))
		answer->type = to_le32(VIRTIO_GPU_RESP_OK_NODATA);
}
SABOTEUR(gpu_mistypes_data, .about = "display information says that it has no data",
	 BREAKS(CLAUSE_GPU_DISPINFO_1), .type = VIRTIO_TYPE_GPU, .tests = "gpu.*",
	 .used_element = mistype_data);

static void shorten_data(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;

	if (succeeds(queue, element, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &answer) ||
	    succeeds(queue, element, VIRTIO_GPU_CMD_GET_EDID, &answer))
		element->length = 48;
}
SABOTEUR(gpu_shortens_data, .about = "responses with data have 48 bytes",
	 BREAKS(CLAUSE_GPU_DISPINFO_2, CLAUSE_GPU_EDID_1), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.*", .used_element = shorten_data);

static void change_data(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_gpu_ctrl_hdr *answer;

	if (succeeds(queue, element, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, &answer)) {
		struct virtio_gpu_display_one *displays =
			((struct virtio_gpu_resp_display_info *)answer)->pmodes;

		displays[0].r.width = to_le32(from_le32(displays[0].r.width) + 1);
		displays[VIRTIO_GPU_MAX_SCANOUTS - 1].enabled = to_le32(1);
	}
	if (succeeds(queue, element, VIRTIO_GPU_CMD_GET_EDID, &answer))
		((struct virtio_gpu_resp_edid *)answer)->edid[20] ^= 1;
}
SABOTEUR(gpu_enables_all,
	 .about = "a display that is not there is enabled, and checksums of EDID are wrong",
	 BREAKS(CLAUSE_GPU_DISPINFO_3, CLAUSE_GPU_EDID_2), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.*", .used_element = change_data);
SABOTEUR(gpu_resizes_display, .about = "the first display is wider than was configured",
	 BREAKS(CLAUSE_GPU_DISPINFO_4), .type = VIRTIO_TYPE_GPU, .tests = "gpu.display_is*",
	 .used_element = change_data);

static uint64_t exaggerate(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	if (access->offset == CONFIG(num_scanouts))
		return VIRTIO_GPU_MAX_SCANOUTS + 1;
	return access->offset == CONFIG(events_read) ? value | BIT(5) : value;
}
SABOTEUR(gpu_exaggerates, .about = "there are 17 scanouts, and an event that nothing defines",
	 BREAKS(CLAUSE_GPU_CFG_2, CLAUSE_GPU_CFG_4), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.configuration*", .onlooker.read = exaggerate);

static struct features offered;

static void offer_children(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, VIRTIO_GPU_F_CONTEXT_INIT);
	features_add(&device->offered, VIRTIO_GPU_F_BLOB_ALIGNMENT);
	features_remove(&device->offered, VIRTIO_GPU_F_VIRGL);
	features_remove(&device->offered, VIRTIO_GPU_F_RESOURCE_BLOB);
}

static void show_again(struct virtio_device *device)
{
	device->offered = offered;
}
SABOTEUR(gpu_offers_parts, .about = "features are offered without those that they require",
	 BREAKS(CLAUSE_GPU_FEAT_1, CLAUSE_GPU_FEAT_2), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.features*", .start = offer_children, .stop = show_again);

static void offer_alignment(struct virtio_device *device)
{
	offered = device->offered;
	features_add(&device->offered, VIRTIO_GPU_F_BLOB_ALIGNMENT);
}

static uint64_t misalign(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(blob_alignment)
		       ? 3
		       : value;
}
SABOTEUR(gpu_aligns_to_three, .about = "blob_alignment is 3", BREAKS(CLAUSE_GPU_CFG_3),
	 .type = VIRTIO_TYPE_GPU, .tests = "gpu.blob_alignment*", .start = offer_alignment,
	 .stop = show_again, .onlooker.read = misalign);

static uint64_t lose_cursor_queue(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	return is_common(access, queue_size) &&
			       own_read(self, access->device, queue_select) == GPU_CURSOR_QUEUE
		       ? 0
		       : value;
}
SABOTEUR(gpu_lacks_cursor_queue, .about = "queue 1 has no size", BREAKS(CLAUSE_GPU_VQ_1),
	 .type = VIRTIO_TYPE_GPU, .tests = "gpu.has_control*", .onlooker.read = lose_cursor_queue);

static const struct virtio_transport *plain;
static struct virtio_transport changed;

static bool region_two(struct virtio_device *device, uint8_t id, uint64_t *address,
		       uint64_t *length)
{
	return id == 2;
}

static void add_region(struct virtio_device *device)
{
	plain = device->transport;
	changed = *plain;
	changed.shared_memory = region_two;
	device->transport = &changed;
}

static void take_region_away(struct virtio_device *device)
{
	device->transport = plain;
}
SABOTEUR(gpu_shares_more, .about = "there is a region of shared memory with id 2",
	 BREAKS(CLAUSE_GPU_INIT_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.shared_memory*",
	 .start = add_region, .stop = take_region_away);

/*
 * What becomes of pictures: commands are changed before the device has them. The request is
 * the driver's own memory, which is what the device reads.
 */
static void change_commands(struct virtqueue *queue, uint32_t type, void (*change)(void *command))
{
	struct virtio_gpu_ctrl_hdr *header =
		(struct virtio_gpu_ctrl_hdr *)(uintptr_t)from_le64(last_available(queue)->addr);

	if (queue->index == GPU_CONTROL_QUEUE && from_le32(header->type) == type)
		change(header);
}

static void narrow_flush(void *bytes)
{
	struct virtio_gpu_transfer_to_host_2d *command = bytes;

	if (from_le32(command->r.width) > 2)
		command->r.width = to_le32(from_le32(command->r.width) - 1);
}

static void lose_column(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, narrow_flush);
}
SABOTEUR(gpu_loses_a_column, .about = "of each box the last column is not transferred",
	 BREAKS(CLAUSE_GPU_FLUSH_2, CLAUSE_GPU_XFER_2), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.flushed*,gpu.transfers_copy*", .onlooker.publish = lose_column);

/* A transfer is put off until the resource is flushed. */
static struct virtio_gpu_transfer_to_host_2d kept;

static void keep_transfer(void *bytes)
{
	struct virtio_gpu_transfer_to_host_2d *command = bytes;

	kept = *command;
	command->r.width = command->r.height = to_le32(0);
}

static void transfer_instead(void *bytes)
{
	struct virtio_gpu_transfer_to_host_2d *command = bytes;

	if (from_le32(kept.hdr.type))
		*command = kept;
	kept.hdr.type = to_le32(0);
}

static void put_off(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, keep_transfer);
	change_commands(queue, VIRTIO_GPU_CMD_RESOURCE_FLUSH, transfer_instead);
}
SABOTEUR(gpu_puts_transfers_off, .about = "a transfer is done when the resource is flushed",
	 BREAKS(CLAUSE_GPU_FENCE_2, CLAUSE_GPU_HDR_3), .type = VIRTIO_TYPE_GPU,
	 .tests = "gpu.fenced*", .onlooker.publish = put_off);

static void keep_memory(void *bytes)
{
	((struct virtio_gpu_ctrl_hdr *)bytes)->type = to_le32(VIRTIO_GPU_CMD_RESOURCE_FLUSH);
	((struct virtio_gpu_resource_flush *)bytes)->resource_id =
		((struct virtio_gpu_resource_only *)bytes)->resource_id;
}

static void detach_nothing(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, keep_memory);
}
SABOTEUR(gpu_keeps_memory, .about = "memory that was detached is still read",
	 BREAKS(CLAUSE_GPU_DETACH_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.detached*",
	 .onlooker.publish = detach_nothing);

static void swap_pages(void *bytes)
{
	struct virtio_gpu_mem_entry *entries =
		(void *)((struct virtio_gpu_resource_attach_backing *)bytes + 1);
	struct virtio_gpu_mem_entry first = entries[0];

	if (from_le32(((struct virtio_gpu_resource_attach_backing *)bytes)->nr_entries) < 2)
		return;
	entries[0] = entries[1];
	entries[1] = first;
}

static void change_order(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, swap_pages);
}
SABOTEUR(gpu_swaps_pages, .about = "the first two pieces of memory are taken the other way round",
	 BREAKS(CLAUSE_GPU_ATTACH_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.scattered*",
	 .onlooker.publish = change_order);

static uint8_t class_code[3];

static void change_class(struct virtio_device *device, uint8_t sub_class)
{
	struct pci_function *function = virtio_pci(device)->function;

	memcpy(class_code, function->class_code, sizeof(class_code));
	function->class_code[1] = sub_class;
}

static void change_class_back(struct virtio_device *device)
{
	memcpy(virtio_pci(device)->function->class_code, class_code, sizeof(class_code));
}

static void become_vga(struct virtio_device *device)
{
	change_class(device, 0);
}
SABOTEUR(gpu_claims_vga, .about = "the class is VGA, and there is none",
	 BREAKS(CLAUSE_GPU_VGA_3, CLAUSE_GPU_VGA_4), .type = VIRTIO_TYPE_GPU, .tests = "gpu.class*",
	 .start = become_vga, .stop = change_class_back);

static void become_3d(struct virtio_device *device)
{
	change_class(device, 2);
}
SABOTEUR(gpu_is_of_another_class, .about = "the class is that of 3D controllers",
	 BREAKS(CLAUSE_GPU_VGA_2), .type = VIRTIO_TYPE_GPU, .tests = "gpu.class*",
	 .start = become_3d, .stop = change_class_back);

static bool keep_events(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	return access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(events_clear);
}
SABOTEUR(gpu_keeps_events, .about = "what is written to events_clear is lost",
	 BREAKS(CLAUSE_GPU_CFG_1), .type = VIRTIO_TYPE_GPU, .tests = "gpu.display_changes*",
	 .onlooker.write = keep_events);

static uint64_t hide_events(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	return access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(events_read)
		       ? 0
		       : value;
}
SABOTEUR(gpu_hides_events, .about = "events_read is always 0", BREAKS(CLAUSE_GPU_CFG_5),
	 .type = VIRTIO_TYPE_GPU, .tests = "gpu.display_changes*", .onlooker.read = hide_events);
