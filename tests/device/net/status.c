/* SPDX-License-Identifier: BSD-2-Clause */
/* The link, and what the host does to it: status, announcements (virtio 1.4, 5.1.4, 5.1.6.5.4). */
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/device/net/peer.h"
#include "tests/harness/drive/ask.h"

static uint32_t link_status(struct virtio_device *device)
{
	return net_config(device, status);
}

static bool is_down(void *device)
{
	return !(link_status(device) & VIRTIO_NET_S_LINK_UP);
}

static bool is_up(void *device)
{
	return link_status(device) & VIRTIO_NET_S_LINK_UP;
}

static bool is_announcing(void *device)
{
	return link_status(device) & VIRTIO_NET_S_ANNOUNCE;
}

static void ask_for_link(struct test_run *t, bool up)
{
	struct ask ask = ask_for("link", t->device);

	ask_number(&ask, "up", up);
	ask_or_skip(t, &ask);
}

TEST(net, link_changes_are_told,
     .about = "status follows the link, with a configuration change notification each time",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_HOST | NEEDS_CONFIG | NEEDS_MSIX,
     WITH_FEATURE(VIRTIO_NET_F_STATUS), .judges = CLAUSES(SANE_13))
{
	struct virtio_device *device = t->device;
	uint64_t arrivals;
	bool down, up;

	link_start(t, device,
		   &(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_STATUS),
					   .vectors = true});
	arrivals = interrupt_count(device->config_vector);
	ask_for_link(t, false);
	down = wait_until(is_down, device, clock_deadline(PATIENCE_NS));
	INSIST(t, SANE_13, !down || await_interrupts(device->config_vector, arrivals + 1),
	       "status says that the link is down, and no configuration change was notified");
	arrivals = interrupt_count(device->config_vector);
	ask_for_link(t, true);
	up = wait_until(is_up, device, clock_deadline(PATIENCE_NS));
	INSIST(t, SANE_13, !up || !down || await_interrupts(device->config_vector, arrivals + 1),
	       "status says that the link is up again, and no configuration change was notified");
	INSIST(t, SANE_13, down, "the link was taken down, and status reads %#x",
	       link_status(device));
	INSIST(t, SANE_13, up, "the link was brought up again, and status reads %#x",
	       link_status(device));
}

TEST(net, announcements_are_acknowledged,
     .about = "acknowledging an announcement clears its status bit before the command is used",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_HOST | NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_GUEST_ANNOUNCE), .judges = CLAUSES(NET_CTRL_ANN_1))
{
	struct virtio_device *device = t->device;
	struct link *link = link_start(
		t, device,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_STATUS,
								 VIRTIO_NET_F_CTRL_VQ,
								 VIRTIO_NET_F_GUEST_ANNOUNCE)});
	struct ask ask = ask_for("announce", device);
	uint8_t ack;

	ask_or_skip(t, &ask);
	if (!wait_until(is_announcing, device, clock_deadline(PATIENCE_NS)))
		skip_test(t, "the host was asked for an announcement, and status does not show it");
	ack = link_command(link, VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0);
	CHECK(t, NET_CTRL_ANN_1, !is_announcing(device),
	      "the command is used and answered %u, and status still reads %#x", ack,
	      link_status(device));
}

static void ask_for_property(struct test_run *t, const char *name, char *text, size_t size)
{
	struct ask ask = ask_for("property", t->device);

	ask_text(&ask, "name", name);
	ask_text_or_skip(t, &ask, text, size);
}

TEST(net, speed_is_as_configured, .about = "speed and duplex hold what the host gave the device",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_HOST | NEEDS_CONFIG,
     WITH_FEATURE(VIRTIO_NET_F_SPEED_DUPLEX), .judges = CLAUSES(NET_CFG_12, NET_CFG_14, SANE_4))
{
	uint32_t speed, duplex;
	uint64_t given;
	char text[64];

	INSIST(t, SANE_4, negotiate(t, NET_FEATURES(VIRTIO_F_VERSION_1, VIRTIO_NET_F_SPEED_DUPLEX)),
	       "FEATURES_OK reads back clear");
	ask_for_property(t, "speed", text, sizeof(text));
	speed = net_config(t->device, speed);
	if (!parse_number(text, &given))
		skip_test(t, "the host calls the speed \"%s\", no number", text);
	CHECK(t, NET_CFG_12, speed == (uint32_t)given, "the host says %s, speed reads %u", text,
	      speed);
	ask_for_property(t, "duplex", text, sizeof(text));
	duplex = net_config(t->device, duplex);
	if (!starts_with(text, "full") && !starts_with(text, "half"))
		skip_test(t, "the host calls the duplex mode \"%s\"", text);
	CHECK(t, NET_CFG_14, duplex <= VIRTIO_NET_DUPLEX_MOST,
	      "the host says %s duplex, duplex reads %#x", text, duplex);
}

TEST(net, link_is_up_while_frames_come_in,
     .about = "status does not say that the link is down, before and after a frame that comes in",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_CONFIG, WITH_FEATURE(VIRTIO_NET_F_STATUS),
     .judges = CLAUSES(SANE_17))
{
	struct network *network = network_start(
		t, NEEDS_SENDER,
		&(struct link_settings){.features = NET_FEATURES(VIRTIO_NET_F_STATUS)}, NULL);
	bool before = is_up(t->device);

	CAN_JUDGE(t, network_receives(network, network->link->mac),
		  "the network brings no frame for the device here");
	CHECK(t, SANE_17, before || is_up(t->device),
	      "status reads %#x before and after a frame that came in", link_status(t->device));
}
