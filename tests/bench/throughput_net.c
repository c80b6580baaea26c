/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two network devices of this machine on one network, driven by one CPU: frames from the one to the
 * other, there and back, and how many a second get through without loss; and what comes in from outside.
 */
#include "tests/bench/throughput.h"

#include "arch/clock.h"
#include "tests/bench/lanes.h"
#include "tests/bench/options.h"
#include "tests/device/net/peer.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/helper.h"
#include "tests/harness/subject/subject.h"

#define SIZES        "64,1500" /* of frames, where vp.size says nothing */
#define SEARCH_STEPS 9
#define TRIES        4

static const struct lane_loops *loops_for(const struct link_ends *ends)
{
	return ring_is_packed(ends->send.slots.queue) ? &packed_lane_loops : &split_lane_loops;
}

static void run_traffic(bool returning)
{
	const struct lane_loops *loops = loops_for(&near);

	loops->start(&near);
	loops->start(&far);
	loops->run(returning);
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
	virtio_add_status(twin, VIRTIO_STATUS_DRIVER_OK);
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
		figures_of(t, returning ? "net.round_trip" : "net.forward", bench_options.rate);
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
	run_traffic(returning);
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

	for (unsigned n = 0; list_number(t, bench_options.depth, n, &depth); n++) {
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
	const char *sizes = *bench_options.size ? bench_options.size : SIZES;
	struct virtio_device *twin = find_twin(t);
	uint64_t size;

	traffic.interval = bench_options.rate ? interval_of(bench_options.rate) : 0;
	traffic.duration = point_duration();
	for (unsigned n = 0; list_number(t, sizes, n, &size); n++) {
		traffic.size = (uint32_t)size;
		check_size(t);
		measure_size(t, twin, returning);
	}
}

BENCH(throughput, forward, .about = "frames a second from one network device to another",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = THROUGHPUT_MS)
{
	measure_sizes(t, false);
}

BENCH(throughput, round_trip, .about = "frames there and back between two network devices",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = THROUGHPUT_MS)
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
		run_traffic(false);
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
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = THROUGHPUT_MS)
{
	const char *sizes = *bench_options.size ? bench_options.size : SIZES;
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

BENCH(throughput, receive, .about = "frames a second that come in from outside",
      .type = VIRTIO_TYPE_NET, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = THROUGHPUT_MS)
{
	static const uint8_t nobody[NET_MAC_BYTES];
	struct figures figures = {.t = t, .about = "net.receive", .settings = "polled"};

	traffic = (struct traffic){.duration = point_duration()};
	bring_up_queues(t, 2);
	lanes_make(t, &near, t->device, 1, NET_FRAME_MOST, nobody);
	clear_results();
	loops_for(&near)->start(&near);
	if (!loops_for(&near)->listen())
		skip_test(t, "too few frames come in: something on its network has to send");
	figure(&figures, "frames", "1/s", rate_of(traffic.received, traffic.duration));
	figure(&figures, "bytes", "bytes/s", rate_of(traffic.bytes, traffic.duration));
	figure(&figures, "kicks", "per frame", thousandths(near.receive.kicks, traffic.received));
	figure(&figures, "guest_cost", "cycles per frame",
	       thousandths(traffic.guest_ticks, traffic.received));
}
