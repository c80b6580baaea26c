/* SPDX-License-Identifier: BSD-2-Clause */
/* GPUs with ways of their own (5.7). */
#include "selfcheck/image/disguise/gpu_extras.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/registers.h"

#define CONFIG(field) offsetof(struct virtio_gpu_config, field)

/* The response in a used buffer of the control queue, NULL for others; *command is what it answers. */
static struct virtio_gpu_ctrl_hdr *answer_of(struct virtqueue *queue,
					     const struct used_element *element, uint32_t *command)
{
	struct request *request = used_request(queue, element);

	if (!request || queue->index != GPU_CONTROL_QUEUE ||
	    request->in_length < sizeof(struct virtio_gpu_ctrl_hdr))
		return NULL;
	*command = from_le32(((struct virtio_gpu_ctrl_hdr *)request->out)->type);
	return (struct virtio_gpu_ctrl_hdr *)request->in;
}

static void lack_memory(struct virtqueue *queue, struct used_element *element)
{
	uint32_t command;
	struct virtio_gpu_ctrl_hdr *answer = answer_of(queue, element, &command);

	if (!answer || command != VIRTIO_GPU_CMD_RESOURCE_CREATE_2D)
		return;
	acts();
	answer->type = to_le32(VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
}
ECCENTRIC(ok_gpu_lacks_memory, .about = "a GPU has no memory for any resource",
	  ALLOWED("5.7.6.7",
		  "On error the device will return one of the VIRTIO_GPU_RESP_ERR_* error codes."),
	  .devices = "gpu", .tests = "gpu.*,ring.split*", .used_element = lack_memory);

static void be_vague(struct virtqueue *queue, struct used_element *element)
{
	uint32_t command;
	struct virtio_gpu_ctrl_hdr *answer = answer_of(queue, element, &command);

	if (!answer || !gpu_is_error(from_le32(answer->type)))
		return;
	acts();
	answer->type = to_le32(VIRTIO_GPU_RESP_ERR_UNSPEC);
}
ECCENTRIC(ok_gpu_is_vague, .about = "a GPU knows one error, an unspecified one",
	  ALLOWED("5.7.6.7",
		  "On error the device will return one of the VIRTIO_GPU_RESP_ERR_* error codes."),
	  ADMITS(GPU_SCANOUT_5), .devices = "gpu", .tests = "gpu.*", .used_element = be_vague);

static void show_no_display(struct virtqueue *queue, struct used_element *element)
{
	uint32_t command;
	struct virtio_gpu_ctrl_hdr *answer = answer_of(queue, element, &command);

	if (!answer)
		return;
	if (command == VIRTIO_GPU_CMD_GET_EDID)
		answer->type = to_le32(VIRTIO_GPU_RESP_ERR_UNSPEC);
	if (from_le32(answer->type) != VIRTIO_GPU_RESP_OK_DISPLAY_INFO)
		return;
	acts();
	for (unsigned n = 0; n < VIRTIO_GPU_MAX_SCANOUTS; n++)
		((struct virtio_gpu_resp_display_info *)answer)->pmodes[n].enabled = to_le32(0);
}
ECCENTRIC(ok_gpu_without_displays, .about = "all displays of a GPU are disabled, and have no EDID",
	  ALLOWED("5.7.5", "If no information is available or all displays are disabled the driver "
			   "MAY choose to use a fallback, such as 1024x768 at display 0."),
	  .devices = "gpu", .tests = "gpu.*,ring.split*,interrupt.*",
	  .used_element = show_no_display);

/* An EDID of one block, which is all that is written. */
static void shorten_edid(struct virtqueue *queue, struct used_element *element)
{
	uint32_t command;
	struct virtio_gpu_ctrl_hdr *answer = answer_of(queue, element, &command);
	struct virtio_gpu_resp_edid *edid = (struct virtio_gpu_resp_edid *)answer;

	if (!answer || from_le32(answer->type) != VIRTIO_GPU_RESP_OK_EDID)
		return;
	acts();
	edid->size = to_le32(128);
	edid->edid[127] = (uint8_t)(edid->edid[127] + edid->edid[126]);
	edid->edid[126] = 0;
	element->length = offsetof(struct virtio_gpu_resp_edid, edid) + 128;
}
ECCENTRIC(ok_gpu_writes_one_block, .about = "an EDID has one block, and no more is written",
	  ALLOWED("5.7.6.8", "The response contains the EDID display data blob (as specified by "
			     "VESA) for the scanout."),
	  .devices = "gpu", .tests = "gpu.edid*", .used_element = shorten_edid);

static uint64_t signal_event(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(events_read))
		return value;
	acts();
	return value | VIRTIO_GPU_EVENT_DISPLAY;
}
ECCENTRIC(ok_gpu_has_an_event, .about = "the displays of a GPU have changed since nobody was there",
	  ALLOWED("5.7.4.1", "events_read signals pending events to the driver."), .devices = "gpu",
	  .tests = "gpu.*,transport.*", .onlooker.read = signal_event);

static uint64_t be_newer(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset != CONFIG(events_read))
		return value;
	acts();
	return value | BIT(5);
}
ECCENTRIC(ok_gpu_is_newer, .about = "a GPU has an event that a later version defines",
	  ALLOWED("5.7.4.1", "events_read signals pending events to the driver."), .devices = "gpu",
	  .tests = "gpu.*", .onlooker.read = be_newer);

static void do_more(struct virtqueue *queue, struct used_element *element)
{
	uint32_t type;

	if (gpu_extras_serve(queue, element, &type))
		acts();
}
ECCENTRIC(ok_gpu_does_more, .about = "a GPU has a capability set, UUIDs and blobs",
	  ALLOWED("5.7.6.8", "Support is optional and negotiated using the "
			     "VIRTIO_GPU_F_RESOURCE_BLOB feature flag."),
	  .devices = "gpu", .tests = "gpu.*", .offers = GPU_EXTRAS_OFFERS,
	  .start = gpu_extras_start, .onlooker.read = gpu_extras_read, .used_element = do_more);
ECCENTRIC(ok_gpu_has_contexts, .about = "a GPU has contexts for one capability set",
	  ALLOWED("5.7.6.9", "These commands are supported by the device if the VIRTIO_GPU_F_VIRGL "
			     "feature flag is set."),
	  .devices = "gpu", .tests = "gpu.contexts*,gpu.capability*", .offers = GPU_CONTEXT_OFFERS,
	  .start = gpu_extras_start, .onlooker.read = gpu_extras_read, .used_element = do_more);
