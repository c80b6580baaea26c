/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two network devices of this machine on one network, driven by one CPU: frames from the one to the
 * other, there and back, and how many a second get through without loss; and what comes in from outside.
 */
#include "tests/bench/throughput.h"

#include "arch/clock.h"
#include "tests/bench/lanes.h"
#include "tests/device/net/peer.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/subject/helper.h"

#define SIZES        "64,1500" /* of frames, where vp.size says nothing */
#define SEARCH_STEPS 9
#define TRIES        4
#define SETTLE_NS    20000000 /* a frame that has not come by then is lost */
#define WARM_UP      1000     /* frames before the window opens */

/* How frames are sent, and what came of it. */
struct traffic {
	unsigned depth; /* frames under way */
	uint32_t size;
	uint64_t interval; /* TSC ticks between frames; 0: as fast as they come back */
	uint64_t duration;

	uint64_t sent, arrived;           /* since the start */
	uint64_t received, bytes;         /* that arrived within the window */
	bool closed;                      /* the window is over: what still comes is not counted */
	uint64_t guest_ticks, kick_ticks; /* as in struct worker */
	bool stalled;
	struct histogram latency;
};

static struct link_ends near, far;
static struct traffic traffic;

/* Charges the time since `start` to the guest, but for what kicks took of it. */
static void charge(uint64_t start, uint64_t kicked_before)
{
	traffic.guest_ticks += clock_now() - start - (traffic.kick_ticks - kicked_before);
}

/* Shows the device what was posted on a lane. */
static void show(struct lane *lane, bool packed, bool event_idx)
{
	uint64_t before;

	slots_publish(&lane->slots, packed);
	if (!slots_kick_wanted(&lane->slots, packed, event_idx))
		return;
	before = clock_now();
	slots_kick(&lane->slots);
	traffic.kick_ticks += clock_now() - before;
	lane->kicks++;
}

/* Takes back what was sent. */
static void reclaim(struct lane *lane, bool packed)
{
	while (slots_pending(&lane->slots, packed))
		lane->idle_slots[lane->idle++] = (uint16_t)slots_take(&lane->slots, packed);
}

/* Sends up to `count` frames that started at `stamp`. */
static void send(struct lane *lane, unsigned count, uint64_t stamp, bool packed, bool event_idx)
{
	uint64_t start = clock_now(), kicked = traffic.kick_ticks;

	while (count--) {
		unsigned slot = lane->idle_slots[--lane->idle];

		*lane->stamps[slot] = stamp;
		slots_post(&lane->slots, slot, packed);
	}
	show(lane, packed, event_idx);
	charge(start, kicked);
}

/*
 * Takes what came in and gives the buffers back; what came goes out again at once by `back`, unless that is
 * NULL: it has arrived. Returns how many were taken.
 */
static unsigned receive(struct lane *lane, struct lane *back, bool packed, bool event_idx)
{
	unsigned taken = 0;
	uint64_t now, kicked = traffic.kick_ticks;

	if (!slots_pending(&lane->slots, packed))
		return 0;
	now = clock_now();
	while (slots_pending(&lane->slots, packed) && !(back && !back->idle)) {
		uint32_t length = slots_length(&lane->slots, packed);
		unsigned slot = slots_take(&lane->slots, packed);
		uint64_t stamp = *lane->stamps[slot];

		if (back) {
			unsigned reply = back->idle_slots[--back->idle];

			*back->stamps[reply] = stamp;
			slots_post(&back->slots, reply, packed);
		} else if (!traffic.closed) {
			histogram_record(&traffic.latency, now - stamp);
			traffic.bytes += length;
		}
		slots_post(&lane->slots, slot, packed);
		taken++;
	}
	if (!taken)
		return 0;
	show(lane, packed, event_idx);
	if (back)
		show(back, packed, event_idx);
	charge(now, kicked);
	return taken;
}

static void open_window(void)
{
	traffic.bytes = 0;
	traffic.guest_ticks = 0;
	traffic.kick_ticks = 0;
	near.send.kicks = near.receive.kicks = far.send.kicks = far.receive.kicks = 0;
	histogram_reset(&traffic.latency);
}

/* How many frames are to be sent at `now`, paced or by what has come back. *due moves on with them. */
static unsigned due_now(uint64_t now, uint64_t *due)
{
	uint64_t in_flight = traffic.sent - traffic.arrived;
	unsigned room = near.send.idle, count = 0;

	if (traffic.interval) {
		for (; *due <= now && count < room; count++)
			*due += traffic.interval;
		return count;
	}
	*due = now;
	if (in_flight >= traffic.depth)
		return 0;
	return (unsigned)MINIMUM((uint64_t)room, traffic.depth - in_flight);
}

/* One round over the queues; true when something has moved. */
static bool turn(bool returning, unsigned count, uint64_t due, bool packed, bool event_idx)
{
	unsigned taken, turned = 0;

	reclaim(&near.send, packed);
	if (count) {
		send(&near.send, count, due, packed, event_idx);
		traffic.sent += count;
	}
	if (returning) {
		reclaim(&far.send, packed);
		turned = receive(&far.receive, &far.send, packed, event_idx);
	}
	taken = receive(returning ? &near.receive : &far.receive, NULL, packed, event_idx);
	traffic.arrived += taken;
	return count || taken || turned;
}

/*
 * Frames from the near device, taken in by the far one, or sent back by it and taken in by the near one.
 * Ends when the window has and everything has come, or nothing more comes.
 */
static void run(bool returning, bool packed, bool event_idx)
{
	const uint64_t patience = clock_from_ns(PATIENCE_NS), settle = clock_from_ns(SETTLE_NS);
	const uint64_t warm = traffic.interval ? 0 : WARM_UP;
	uint64_t now = clock_now(), due = now, moved = now, end = UINT64_MAX, before = 0;

	while (now < end || traffic.arrived < traffic.sent) {
		uint64_t stamp = due;
		unsigned count = now < end ? due_now(now, &due) : 0;

		traffic.closed = now >= end;
		if (!traffic.interval)
			stamp = now;
		if (turn(returning, count, stamp, packed, event_idx))
			moved = clock_now();
		now = clock_now();
		if (!traffic.closed)
			traffic.received = traffic.arrived - before;
		if (end == UINT64_MAX && traffic.arrived >= warm) {
			end = now + traffic.duration;
			before = traffic.arrived;
			open_window();
		}
		if (now - moved > (traffic.closed ? settle : patience)) {
			traffic.stalled = !traffic.closed;
			return;
		}
	}
}

static void run_traffic(struct test_run *t, bool returning)
{
	bool packed = t->variant.packed, event_idx = t->variant.event_idx;

	lanes_start(&near, packed, event_idx);
	lanes_start(&far, packed, event_idx);
	run(returning, packed, event_idx);
}

/* Both devices fresh, brought up alike and joined to lanes. */
static void prepare(struct test_run *t, struct virtio_device *twin)
{
	struct features features;
	uint8_t near_mac[NET_MAC_BYTES], far_mac[NET_MAC_BYTES];

	start_over(t);
	if (!take_helper(t, twin))
		skip_test(t, "the second network device does not come back from reset");
	arena_empty(t->arena);
	features = features_for(t);
	set_up_device(t, twin,
		      features_close(VIRTIO_TYPE_NET, features_and(features, twin->offered)), 2);
	if (features_have(&twin->negotiated, VIRTIO_F_RING_PACKED) != t->variant.packed ||
	    features_have(&twin->negotiated, VIRTIO_F_EVENT_IDX) != t->variant.event_idx)
		skip_test(t, "the second network device does not offer these rings");
	set_up(t, features, 2);
	net_mac(t->device, near_mac);
	net_mac(twin, far_mac);
	twin->transport->set_status(twin,
				    twin->transport->get_status(twin) | VIRTIO_STATUS_DRIVER_OK);
	go_live(t);
	lanes_make(t, &near, t->device, traffic.depth, traffic.size, far_mac);
	lanes_make(t, &far, twin, traffic.depth, traffic.size, near_mac);
}

static struct figures figures_of(struct test_run *t, const char *about, uint64_t rate)
{
	struct figures figures = {.t = t};
	struct text name = TEXT_ON(figures.about), settings = TEXT_ON(figures.settings);

	text_add(&name, "%s", about);
	text_add(&settings, "size=%u depth=%u polled", traffic.size, traffic.depth);
	if (rate)
		text_add(&settings, " rate=%lu", rate);
	return figures;
}

static void report(struct test_run *t, bool returning)
{
	struct figures figures =
		figures_of(t, returning ? "net.round_trip" : "net.forward", options.rate);
	uint64_t kicks = near.send.kicks + near.receive.kicks + far.send.kicks + far.receive.kicks;

	figure(&figures, "frames", "1/s", rate_of(traffic.received, traffic.duration));
	figure(&figures, "completed", "frames", traffic.received * 1000);
	figure(&figures, "kicks", "per frame", thousandths(kicks, traffic.received));
	figure(&figures, "guest_cost", "cycles per frame",
	       thousandths(traffic.guest_ticks, traffic.received));
	figure(&figures, "kick_cost", "cycles per kick", thousandths(traffic.kick_ticks, kicks));
	figure_latency(&figures, "latency", &traffic.latency);
}

static void measure_point(struct test_run *t, struct virtio_device *twin, bool returning)
{
	prepare(t, twin);
	if (traffic.depth > slots_most(t->device->queues[NET_TRANSMIT_QUEUE], 1, false)) {
		note_about(t, "its transmit queue has no room for depth %u", traffic.depth);
		return;
	}
	run_traffic(t, returning);
	if (traffic.stalled)
		skip_test(t, "frames are lost between the two devices: %lu of %lu came",
			  traffic.arrived, traffic.sent);
	report(t, returning);
}

/* Begins a point; the rest of the settings stay. */
static void clear_results(void)
{
	traffic.sent = 0;
	traffic.arrived = 0;
	traffic.received = 0;
	traffic.stalled = false;
	traffic.closed = false;
	open_window();
}

static void measure_size(struct test_run *t, struct virtio_device *twin, bool returning)
{
	uint64_t depth;

	for (unsigned n = 0; list_number(t, options.depth, n, &depth); n++) {
		traffic.depth = (unsigned)MINIMUM(depth, (uint64_t)LOAD_DEPTH_MOST);
		clear_results();
		measure_point(t, twin, returning);
	}
}

/* The second device; the test is left where there is none. */
static struct virtio_device *find_twin(struct test_run *t)
{
	return network_start(t, NEEDS_TWIN, &(struct link_settings){.pairs = 1}, NULL)->peer->twin;
}

static void check_size(struct test_run *t)
{
	if (traffic.size < LANE_FRAME_LEAST || traffic.size > NET_FRAME_MOST)
		error_in_test(t, "vp.size: frames have %u to %u bytes here", LANE_FRAME_LEAST,
			      NET_FRAME_MOST);
}

static void measure_sizes(struct test_run *t, bool returning)
{
	const char *sizes = *options.size ? options.size : SIZES;
	struct virtio_device *twin = find_twin(t);
	uint64_t size;

	traffic.interval = options.rate ? interval_of(options.rate) : 0;
	traffic.duration = point_duration();
	for (unsigned n = 0; list_number(t, sizes, n, &size); n++) {
		traffic.size = (uint32_t)size;
		check_size(t);
		measure_size(t, twin, returning);
	}
}

BENCH(throughput, forward, .about = "frames a second from one network device to another",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout = THROUGHPUT_TIMEOUT)
{
	measure_sizes(t, false);
}

BENCH(throughput, round_trip, .about = "frames there and back between two network devices",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout = THROUGHPUT_TIMEOUT)
{
	measure_sizes(t, true);
}

/*
 * Whether a rate gets through whole: all that was due was sent in time, and all of it came. A host that
 * was busy elsewhere gets further chances.
 */
static bool gets_through(struct test_run *t, struct virtio_device *twin, uint64_t rate)
{
	for (unsigned tries = 0; tries < TRIES; tries++) {
		clear_results();
		traffic.interval = interval_of(rate);
		prepare(t, twin);
		run_traffic(t, false);
		if (traffic.arrived == traffic.sent &&
		    traffic.sent >= traffic.duration / traffic.interval * 99 / 100)
			return true;
	}
	return false;
}

/* Halves the distance between what gets through and what does not. */
static void search(struct test_run *t, struct virtio_device *twin)
{
	static struct histogram latency;
	struct figures figures;
	uint64_t low = 0, high = 1000000000, rate = 1000;

	histogram_reset(&latency);
	for (unsigned step = 0; step < SEARCH_STEPS || !low; step++) {
		if (gets_through(t, twin, rate)) {
			low = rate;
			latency = traffic.latency;
			rate = high == 1000000000 ? rate * 4 : (low + high) / 2;
		} else {
			high = rate;
			rate = (low + high) / 2;
		}
		if (!rate)
			skip_test(t, "frames are lost between the two devices at any rate");
		if (low && high - low < low / 20)
			break;
		if (high == 1000000000)
			step = 0;
	}
	figures = figures_of(t, "net.loss_free", 0);
	figure(&figures, "frames", "1/s", low * 1000);
	figure_latency(&figures, "latency", &latency);
}

BENCH(throughput, loss_free, .about = "frames a second that reach another device without loss",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout = THROUGHPUT_TIMEOUT)
{
	const char *sizes = *options.size ? options.size : SIZES;
	struct virtio_device *twin = find_twin(t);
	uint64_t size;

	traffic.duration = point_duration();
	traffic.depth = MINIMUM(128u, (unsigned)offered_size(t->device));
	for (unsigned n = 0; list_number(t, sizes, n, &size); n++) {
		traffic.size = (uint32_t)size;
		check_size(t);
		search(t, twin);
	}
}

/* Takes in whatever comes for the time of a point; false when nothing does for too long. */
static bool listen(bool packed, bool event_idx)
{
	uint64_t now = clock_now(), moved = now, end = UINT64_MAX;

	while (now < end) {
		unsigned taken = receive(&near.receive, NULL, packed, event_idx);

		now = clock_now();
		if (taken) {
			traffic.received += taken;
			moved = now;
		}
		if (end == UINT64_MAX && traffic.received >= WARM_UP) {
			end = now + traffic.duration;
			traffic.received = 0;
			open_window();
		}
		if (now - moved > clock_from_ns(PATIENCE_NS))
			return false;
	}
	return true;
}

BENCH(throughput, receive, .about = "frames a second that come in from outside",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout = THROUGHPUT_TIMEOUT)
{
	static const uint8_t nobody[NET_MAC_BYTES];
	bool packed = t->variant.packed, event_idx = t->variant.event_idx;
	struct figures figures = {.t = t, .about = "net.receive", .settings = "polled"};

	traffic = (struct traffic){.duration = point_duration()};
	bring_up_queues(t, 2);
	lanes_make(t, &near, t->device, 1, NET_FRAME_MOST, nobody);
	clear_results();
	lanes_start(&near, packed, event_idx);
	if (!listen(packed, event_idx))
		skip_test(t, "too few frames come in: something on its network has to send");
	figure(&figures, "frames", "1/s", rate_of(traffic.received, traffic.duration));
	figure(&figures, "bytes", "bytes/s", rate_of(traffic.bytes, traffic.duration));
	figure(&figures, "kicks", "per frame", thousandths(near.receive.kicks, traffic.received));
	figure(&figures, "guest_cost", "cycles per frame",
	       thousandths(traffic.guest_ticks, traffic.received));
}
