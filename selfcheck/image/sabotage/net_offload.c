/* SPDX-License-Identifier: BSD-2-Clause */
/* Network devices that get checksums, segmentation or header fields wrong. */
#include "selfcheck/image/sabotage/lie.h"
#include "selfcheck/image/sabotage/net.h"

#include "lib/string.h"

#define HEADERS 54 /* of TCP over IPv4 */

static struct virtio_net_hdr *header_of(const struct request *request)
{
	return (struct virtio_net_hdr *)request->out;
}

static void spoil(struct request *request)
{
	request->out[request->out_length - 1] ^= 1;
}

static void mind_unknown_flags(struct request *request)
{
	if (header_of(request)->flags & 0x80)
		spoil(request);
}

SABOTEUR(net_stumbles_over_flags, .about = "frames with an unknown flag are sent wrong",
	 BREAKS(CLAUSE_NET_TX_1), .type = VIRTIO_TYPE_NET, .tests = "net.unknown_flags*",
	 .offers = BIT64(VIRTIO_NET_F_CSUM), ALTERS(frames, mind_unknown_flags));

static void trust_header_length(struct request *request)
{
	if (from_le16(header_of(request)->hdr_len) > request->out_length)
		spoil(request);
}

SABOTEUR(net_trusts_header_length, .about = "frames shorter than their hdr_len are sent wrong",
	 BREAKS(CLAUSE_NET_TX_7), .type = VIRTIO_TYPE_NET, .tests = "net.header_length*",
	 .offers = BIT64(VIRTIO_NET_F_CSUM) | BIT64(VIRTIO_NET_F_HOST_TSO4),
	 ALTERS(frames, trust_header_length));

static void rely_on_header_length(struct request *request)
{
	const struct virtio_net_hdr *header = header_of(request);

	if (header->gso_type && from_le16(header->hdr_len) < HEADERS)
		spoil(request);
}

SABOTEUR(net_relies_on_header_length, .about = "segments of packets with a short hdr_len are wrong",
	 BREAKS(CLAUSE_NET_TX_8), .type = VIRTIO_TYPE_NET, .tests = "net.segmentation_ignores*",
	 ALTERS(frames, rely_on_header_length));

/* A frame as the tests build them, from and to the buffer of a request. */
static void make_checksum_right(struct request *request)
{
	static struct frame frame;
	struct virtio_net_hdr places = {0};
	struct parsed parsed;

	frame.length = MINIMUM(request->out_length - (uint32_t)sizeof(places), FRAME_MOST);
	memcpy(frame.bytes, request->out + sizeof(places), frame.length);
	if (!frame_parse(frame.bytes, frame.length, &parsed) || !parsed.tcp)
		return;
	frame_offload_checksum(&frame, &places);
	checksum_complete(frame.bytes, frame.length, from_le16(places.csum_start),
			  from_le16(places.csum_offset));
	memcpy(request->out + sizeof(places), frame.bytes, frame.length);
}

SABOTEUR(net_rights_checksums, .about = "wrong TCP checksums are made right, unasked",
	 BREAKS(CLAUSE_NET_TX_16), .type = VIRTIO_TYPE_NET, .tests = "net.checksums_are_not*",
	 ALTERS(frames, make_checksum_right));

static void cut_short(struct virtqueue *queue, struct used_element *element)
{
	if (received(queue, element) && element->length > sizeof(struct virtio_net_hdr))
		element->length--;
}

SABOTEUR(net_cuts_frames, .about = "the last byte of frames is not received",
	 BREAKS(CLAUSE_NET_RXBUF_2), .type = VIRTIO_TYPE_NET, .tests = "net.one_buffer*",
	 .used_element = cut_short);

static void count_unasked(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header)
		header->flags |= VIRTIO_NET_HDR_F_RSC_INFO;
}

SABOTEUR(net_counts_unasked, .about = "packets tell how many segments they were, unasked",
	 BREAKS(CLAUSE_NET_RX_35), .type = VIRTIO_TYPE_NET, .tests = "net.unasked*",
	 .used_element = count_unasked);

static void vouch_for_all(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header)
		header->flags |= VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID;
}

SABOTEUR(net_vouches_for_all, .about = "the checksum of every packet is said to be right",
	 BREAKS(CLAUSE_NET_RX_19, CLAUSE_NET_RX_20, CLAUSE_NET_RX_39, CLAUSE_NET_RX_41),
	 .type = VIRTIO_TYPE_NET, .tests = "net.wrong_*", .offers = BIT64(VIRTIO_NET_F_GUEST_CSUM),
	 .used_element = vouch_for_all);

static void misplace_checksum(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header && (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		header->csum_start = to_le16((uint16_t)(from_le16(header->csum_start) + 2));
}

SABOTEUR(net_misplaces_checksums, .about = "csum_start is 2 too high",
	 BREAKS(CLAUSE_NET_RX_21, CLAUSE_NET_RX_22), .type = VIRTIO_TYPE_NET,
	 .tests = "net.partial_checksums_can*", .used_element = misplace_checksum);

static bool first_word(void)
{
	return story.driver_select == 0;
}

SABOTEUR(net_accepts_for_the_driver, .about = "the device leaves to the driver what it declined",
	 BREAKS(CLAUSE_NET_RX_7, CLAUSE_NET_RX_9, CLAUSE_NET_RX_14), .type = VIRTIO_TYPE_NET,
	 .tests = "net.only_negotiated*,net.congestion_marks_keep*",
	 LIES(WRITES(driver_feature, ALL_BITS,
		     BIT64(VIRTIO_NET_F_GUEST_TSO4) | BIT64(VIRTIO_NET_F_GUEST_TSO6) |
			     BIT64(VIRTIO_NET_F_GUEST_ECN),
		     .when = first_word)));

static void mark(struct virtqueue *queue, const struct used_element *element, uint8_t keep,
		 uint8_t type, uint8_t flags)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (!header)
		return;
	header->gso_type = (header->gso_type & keep) | type;
	header->flags |= flags;
}

static void leave_fragments(struct virtqueue *queue, struct used_element *element)
{
	mark(queue, element, 0, VIRTIO_NET_HDR_GSO_UDP, 0);
}

SABOTEUR(net_leaves_fragments, .about = "packets are marked as UDP to be fragmented, unasked",
	 BREAKS(CLAUSE_NET_RX_8), .type = VIRTIO_TYPE_NET, .tests = "net.only_negotiated*",
	 .used_element = leave_fragments);

static void leave_datagrams(struct virtqueue *queue, struct used_element *element)
{
	mark(queue, element, 0, VIRTIO_NET_HDR_GSO_UDP_L4, 0);
}

SABOTEUR(net_leaves_datagrams, .about = "packets are marked as UDP to be segmented, unasked",
	 BREAKS(CLAUSE_NET_RX_10), .type = VIRTIO_TYPE_NET, .tests = "net.only_negotiated*",
	 .used_element = leave_datagrams);

static void leave_tunnels(struct virtqueue *queue, struct used_element *element)
{
	mark(queue, element, 0xff,
	     VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV6,
	     VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM);
}

SABOTEUR(net_leaves_tunnels, .about = "packets are marked as tunnelled, unasked",
	 BREAKS(CLAUSE_NET_RX_11, CLAUSE_NET_RX_12, CLAUSE_NET_RX_13), .type = VIRTIO_TYPE_NET,
	 .tests = "net.only_negotiated*", .used_element = leave_tunnels);

static void forget_congestion(struct virtqueue *queue, struct used_element *element)
{
	mark(queue, element, (uint8_t)~VIRTIO_NET_HDR_GSO_ECN, 0, 0);
}

SABOTEUR(net_forgets_congestion, .about = "gso_type lacks the ECN bit", BREAKS(CLAUSE_NET_RX_15),
	 .type = VIRTIO_TYPE_NET, .tests = "net.congestion_marks_are*",
	 .used_element = forget_congestion);

static void describe_wrongly(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (!header || !header->gso_type)
		return;
	checksum_complete((uint8_t *)(header + 1), element->length - (uint32_t)sizeof(*header),
			  from_le16(header->csum_start), from_le16(header->csum_offset));
	header->flags = 0;
	header->gso_size = to_le16(0);
	header->hdr_len = to_le16(10);
}

SABOTEUR(net_describes_wrongly, .about = "packets to be segmented lack flag, size and length",
	 BREAKS(CLAUSE_NET_RX_30, CLAUSE_NET_RX_31, CLAUSE_NET_RX_36), .type = VIRTIO_TYPE_NET,
	 .tests = "net.large_packets_come*", .used_element = describe_wrongly);

static void hide_joined(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (header)
		header->flags &= (uint8_t)~VIRTIO_NET_HDR_F_RSC_INFO;
}

SABOTEUR(net_hides_joined, .about = "joined segments lack their flag", BREAKS(CLAUSE_NET_RX_32),
	 .type = VIRTIO_TYPE_NET, .tests = "net.joined*", .used_element = hide_joined);

static void miscount_joined(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_net_hdr *header = received(queue, element);

	if (!header || !(header->flags & VIRTIO_NET_HDR_F_RSC_INFO))
		return;
	header->csum_start = to_le16((uint16_t)(from_le16(header->csum_start) + 1));
	header->csum_offset = to_le16(3);
}

SABOTEUR(net_miscounts_joined, .about = "joined segments and acknowledgements are miscounted",
	 BREAKS(CLAUSE_NET_RX_33, CLAUSE_NET_RX_34), .type = VIRTIO_TYPE_NET,
	 .tests = "net.joined*", .used_element = miscount_joined);
