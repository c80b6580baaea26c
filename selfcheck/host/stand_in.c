/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM and a guest in one that are neither: prints the records of a run, and misbehaves as told.
 * Takes the image's command line behind --append, of which it minds vp.tests, vp.skip, vp.device and vp.from.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	unsigned tests, crash, hang, spin, babble, quit, complain, fail, warn, garbage, tear,
		linger;
	unsigned kill_daemon, end_daemon, cut_daemon, drop_daemon, thin_daemon, restart_daemon, say,
		pace, limit, fault, again, think, work, lose, omit, skip, crash_at_end, seed,
		be_killed, exit, clause_holds, samples, factor, schema, time_out, fail_from, dare,
		behind, balk;
	bool disturbed, crash_always, mute, ask, bad, trouble, surroundings, bind, mourn, empty,
		devices_only, lasting, touch, aloof;
} told = {.tests = 12, .factor = 100, .schema = 1};

static const struct {
	const char *option;
	unsigned *value;
} numbers[] = {
	{"--tests", &told.tests},   /* how many there are */
	{"--crash", &told.crash},   /* in this one: abort */
	{"--hang", &told.hang},     /* in this one: sleep for ever */
	{"--spin", &told.spin},     /* in this one: compute for ever */
	{"--babble", &told.babble}, /* in this one: print garbage for ever */
	{"--quit", &told.quit},     /* in this one: exit with status 0 */
	{"--complain",
	 &told.complain},           /* in this one: lose the back end, say so, and go on for ever */
	{"--fail", &told.fail},     /* this one breaks a MUST */
	{"--balk", &told.balk},     /* this one is skipped */
	{"--behind", &told.behind}, /* only when this one ran before in the same boot */
	{"--dare", &told.dare},     /* in this one: abort in a trial, and rest on it from then on */
	{"--be-killed", &told.be_killed}, /* any value: there, by SIGKILL instead */
	{"--fail-from",
	 &told.fail_from},              /* this one and all behind it break the MUST of this one */
	{"--warn", &told.warn},         /* this one breaks a SHOULD */
	{"--time-out", &told.time_out}, /* this one fails, and no clause says why */
	{"--lose", &told.lose},         /* of this one the end is not told */
	{"--omit", &told.omit},         /* this one is planned and left out */
	{"--skip", &told.skip},         /* of these devices all tests: 1 net, 2 blk, 3 both */
	{"--kill-daemon", &told.kill_daemon}, /* in this one: make it end with status 1 */
	{"--end-daemon", &told.end_daemon},   /* in this one: make it end with status 0 */
	{"--cut-daemon", &told.cut_daemon},   /* in this one: make it hang up */
	{"--drop-daemon",
	 &told.drop_daemon}, /* in this one: the same, and go on without a word; settle after each */
	{"--thin-daemon",
	 &told.thin_daemon}, /* in this one: make a thread of it end; settle after each */
	{"--restart-daemon",
	 &told.restart_daemon}, /* in this one: have the host stop and start it; settle after each */
	{"--say", &told.say},   /* in this one: something on standard error */
	{"--pace", &told.pace},   /* milliseconds that a test takes */
	{"--limit", &told.limit}, /* milliseconds that a test may take */
	{"--think", &told.think}, /* in this one: nothing for 1.8 s */
	{"--work", &told.work},   /* in this one: nothing but heartbeats for 1.8 s */
	{"--fault",
	 &told.fault}, /* in this one: a root fault, and what follows on its device is not judged */
	{"--again",
	 &told.again}, /* it comes again after so many tests of a boot that leaves it out */
	{"--garbage", &told.garbage}, /* MiB of it, before test 2 */
	{"--tear", &told.tear},       /* a torn record before this one */
	{"--linger", &told.linger},   /* stay after the summary */
	{"--crash-at-end", &told.crash_at_end},
	{"--exit", &told.exit},       /* status of an ordered end */
	{"--samples", &told.samples}, /* of measures; 0: no measure */
	{"--schema", &told.schema},   /* of the records */
	{"--factor", &told.factor},
	{"--seed", &told.seed},
	/* of the noise in the figures; 0: another each time */ /* percent of the usual figures */
};

static const struct {
	const char *option;
	bool *value;
} flags[] = {
	{"--disturbed", &told.disturbed},       /* say that the figures say little */
	{"--crash-always", &told.crash_always}, /* in every test */
	{"--touch", &told.touch},               /* die while a device is met */
	{"--lasting", &told.lasting}, /* the root fault is there whatever was done before */
	{"--mute", &told.mute},       /* die before the first record */
	{"--ask", &told.ask},         /* ask the host to resize a disk */
	{"--trouble", &told.trouble}, /* an error of the set-up that is no test's */
	{"--surroundings", &told.surroundings}, /* say what it was started in */
	{"--bind", &told.bind},   /* open the control socket, which must not be there */
	{"--mourn", &told.mourn}, /* end when the back end has gone */
	{"--aloof", &told.aloof}, /* connect to no back end that comes back */
	{"--empty", &told.empty}, /* end well without a record */
	{"--devices-only", &told.devices_only}, /* have devices and no test */
	{"--bad", &told.bad},                   /* refuse the command line as the image does */
};

static const char *backend = "", *service, *once;

static const char *const suites[] = {"transport", "ring", "interrupt", "device"};

static unsigned after(const char *line, const char *key)
{
	const char *found = NULL, *at = line;

	while ((at = strstr(at, key)))
		found = at += strlen(key);
	return found ? (unsigned)strtoul(found, NULL, 10) : 0;
}

/* Whether the word with that key names test n. */
static bool lists(const char *line, const char *key, unsigned n)
{
	char name[32];
	const char *word = NULL, *at = line;
	size_t length = (size_t)snprintf(name, sizeof(name), ".number_%u", n);

	while ((at = strstr(at, key)))
		word = at += strlen(key);
	for (; word && *word && *word != ' '; word++) {
		if (strncmp(word, name, length) == 0 && (word[length] < '0' || word[length] > '9'))
			return true;
	}
	return false;
}

static const char *device_of(unsigned n)
{
	return n % 2 ? "00:03.0" : "00:04.0";
}

/* Whether the plan has test n. */
static bool is_chosen(const char *append, unsigned n)
{
	const char *device = NULL, *at = append;

	while ((at = strstr(at, "vp.device=")))
		device = at += strlen("vp.device=");
	if (device && strncmp(device, device_of(n), strlen(device_of(n))) != 0)
		return false;
	if (strstr(append, "vp.tests=") && !lists(append, "vp.tests=", n))
		return false;
	return !lists(append, "vp.skip=", n);
}

static void print_garbage(unsigned mib)
{
	static char buffer[1 << 16];
	uint32_t state = 1;

	for (unsigned i = 0; i < mib * 16; i++) {
		for (size_t j = 0; j < sizeof(buffer); j++) {
			state = state * 1664525u + 1013904223u;
			buffer[j] = (char)(state >> 24);
		}
		fwrite(buffer, 1, sizeof(buffer), stdout);
	}
	putchar('\n');
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (bind(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("stand-in: socket");
		exit(1);
	}
	return descriptor;
}

static int connect_daemon(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int socket_end = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, backend, sizeof(address.sun_path) - 1);
	/* Its socket is there a moment before it listens. */
	for (unsigned tries = 0;
	     connect(socket_end, (struct sockaddr *)&address, sizeof(address)) < 0; tries++) {
		if (tries == 100)
			exit(4);
		usleep(10000);
	}
	return socket_end;
}

/* Makes the daemon behind the socket do what the letter says, and stands there without it. */
static void lose_daemon(char letter)
{
	int socket_end = connect_daemon();

	if (write(socket_end, &letter, 1) != 1)
		exit(4);
	if (read(socket_end, &letter, 1) == 0 && told.mourn)
		exit(7);
	if (letter == 'h')
		fputs("stand-in: the back end hung up\n", stderr);
	for (;;)
		pause();
}

static void *idle(void *unused)
{
	pause();
	return NULL;
}

/* The other end: a daemon that obeys. */
static int serve(const char *path)
{
	int listener = open_socket(path), connection;
	char letter;
	pthread_t thread;

	pthread_create(&thread, NULL, idle, NULL);
	puts("daemon: at your service");
	fflush(stdout);
	if (listen(listener, 1) < 0)
		return 2;
	/* The kernel connects whoever comes meanwhile. */
	if (getenv("LATE"))
		sleep(1);
	for (;;) {
		connection = accept(listener, NULL, NULL);
		if (connection < 0 || read(connection, &letter, 1) != 1)
			continue;
		printf("daemon: told '%c'\n", letter);
		fflush(stdout);
		while (letter == 't') {
			pthread_cancel(thread);
			pthread_join(thread, NULL);
			if (write(connection, &letter, 1) != 1 || read(connection, &letter, 1) != 1)
				letter = 'h';
		}
		if (letter == 'k' || letter == 'e')
			return letter == 'k';
		fflush(stdout);
		close(connection);
	}
}

/* That a trial of an earlier boot was its end. */
static bool known;

static void misbehave(unsigned n)
{
	volatile unsigned count = 0;

	if (n == told.crash || told.crash_always) {
		fprintf(stderr, "stand-in: assertion 'n != %u' failed\n", n);
		abort();
	}
	if (n == told.dare && !known) {
		printf("{\"type\":\"trial\",\"device\":\"%s\",\"clause\":\"DEMO-99\",\"level\":\"MUST\","
		       "\"statement\":\"It lives.\",\"about\":\"high notes\"}\n",
		       device_of(n));
		fflush(stdout);
		if (told.be_killed)
			raise(SIGKILL);
		if (n != told.complain)
			abort();
	}
	if (n == told.quit)
		exit(0);
	if (n == told.say)
		fputs("stand-in: worker: Invalid argument\n", stderr);
	for (unsigned i = 0; i < 6 && (n == told.think || n == told.work); i++) {
		usleep(300000);
		if (n == told.work)
			puts("{\"type\":\"alive\"}");
		fflush(stdout);
	}
	if (n == told.kill_daemon)
		lose_daemon('k');
	if (n == told.end_daemon)
		lose_daemon('e');
	if (n == told.cut_daemon)
		lose_daemon('h');
	if (n == told.complain)
		fputs("stand-in: the back end hung up\n", stderr);
	while (n == told.hang || n == told.complain)
		pause();
	while (n == told.spin)
		count++;
	while (n == told.babble)
		puts("{\"type\": \"babble\"");
}

static int connection = -1; /* to the back end, once there is one */

/* Has the host stop the daemon, or start it again, in test n. */
static void ask_about_daemon(const char *verb, unsigned n)
{
	char answer[256];

	printf("{\"type\":\"ask\",\"id\":%u,\"verb\":\"%s\",\"device\":\"00:03.0\",\"arguments\":{}}\n",
	       n, verb);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		exit(4);
	if (strcmp(verb, "start") == 0 && !told.aloof) {
		close(connection);
		connection = connect_daemon();
	}
	if (!fgets(answer, sizeof(answer), stdin))
		exit(4);
	answer[strcspn(answer, "\n")] = '\0';
	printf("{\"type\":\"told\",\"id\":%u,\"verdict\":\"\",\"text\":\"%s\"}\n", n, answer);
}

static void restart_daemon(unsigned n)
{
	if (connection < 0)
		connection = connect_daemon();
	ask_about_daemon("stop", n);
	fputs("stand-in: the back end hung up\n", stderr);
	ask_about_daemon("start", n);
}

/* As the image does after a test: the host answers once it knows all that happened by now. */
static void settle(unsigned n)
{
	char answer[256], letter = n == told.drop_daemon ? 'h' : 't';

	if (connection < 0)
		connection = connect_daemon();
	if (n == told.drop_daemon || n == told.thin_daemon) {
		ssize_t left = n == told.thin_daemon;

		if (write(connection, &letter, 1) != 1 || read(connection, &letter, 1) != left)
			exit(4);
	}
	printf("{\"type\":\"ask\",\"id\":%u,\"verb\":\"settle\",\"device\":\"\",\"arguments\":{}}\n",
	       n);
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin) || !fgets(answer, sizeof(answer), stdin))
		exit(4);
}

static void ask_for_resize(void)
{
	char answer[256] = "";

	puts("{\"type\":\"ask\",\"id\":1,\"verb\":\"resize\",\"device\":\"00:03.0\",\"arguments\":"
	     "{\"bytes\":33554432}}");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin) || strncmp(answer, "busy 1", 6) ||
	    !fgets(answer, sizeof(answer), stdin))
		exit(4);
	answer[strcspn(answer, "\n")] = '\0';
	printf("{\"type\":\"told\",\"id\":1,\"answer\":\"%s\"}\n", answer);
}

/* A root fault of a device: what follows on it is not judged. */
static struct fault {
	unsigned clause;
	char since[64]; /* the test that found it */
	unsigned ran;   /* tests of the device that were judged in this boot */
} faults[2];

/* With --once FILE only the first that it happens to; the file says that it has. */
static bool is_first(void)
{
	bool first = !once || access(once, F_OK) != 0;

	if (once && first)
		close(creat(once, 0600));
	return first;
}

static bool balks(unsigned n)
{
	return n == told.balk && is_first();
}

/* The number of the clause that test n breaks; 0 for none. */
static unsigned broken_by(unsigned n)
{
	static bool ran_before;

	ran_before |= n == told.behind;
	if (told.behind && !ran_before)
		return 0;
	if (n == told.fail && !is_first())
		return 0;
	if (told.fail_from && n >= told.fail_from)
		return told.fail_from;
	return n == told.fail || n == told.warn ? n : 0;
}

static void run_test(unsigned n, unsigned place, unsigned of, bool spared)
{
	const char *suite = suites[n % 4], *device = device_of(n);
	struct fault *fault = &faults[n % 2];
	char reason[128] = "the device refuses";
	unsigned broken = broken_by(n);
	bool lost = fault->since[0], skipped = lost || told.skip >> n % 2 & 1 || balks(n);
	bool held = !broken && !skipped;
	const char *level = broken == told.warn ? "SHOULD" : "MUST";
	const char *verdict = (broken && broken != told.warn) || n == told.time_out ? "fail"
			      : broken                                              ? "warn"
										    : "pass";

	if (known && !lost && n % 2 == told.dare % 2 && n > told.dare) {
		skipped = true;
		held = false;
		snprintf(reason, sizeof(reason), "not judged since an earlier boot broke DEMO-99");
	}
	if (lost)
		snprintf(reason, sizeof(reason), "not judged since %s broke DEMO-%u", fault->since,
			 fault->clause);
	printf("{\"type\":\"start\",\"suite\":\"%s\",\"test\":\"number_%u\",\"device\":\"%s\","
	       "\"variant\":\"split\",\"n\":%u,\"of\":%u,\"limit\":%u,"
	       "\"file\":\"selfcheck/host/stand_in.c\",\"line\":%u}\n",
	       suite, n, device, place, of, told.limit, n);
	fflush(stdout);
	usleep(told.pace * 1000);
	misbehave(n);
	if (n == told.restart_daemon)
		restart_daemon(n);
	if (told.drop_daemon || told.thin_daemon || told.restart_daemon)
		settle(n);
	if (n == 1 && told.ask)
		ask_for_resize();
	if (broken)
		printf("{\"type\":\"check\",\"clause\":\"DEMO-%u\",\"level\":\"%s\",\"test\":"
		       "\"%s.number_%u\",\"device\":\"%s\",\"variant\":\"split\",\"message\":"
		       "\"the number is %u\",\"repeat\":\"vp.tests=%s.number_%u "
		       "vp.device=%s\"}\n",
		       broken, level, suite, n, device, n, suite, n, device);
	fault->ran += !skipped;
	if (n == told.fault || (spared && !lost && n % 2 == told.fault % 2 && told.again &&
				fault->ran == told.again)) {
		snprintf(fault->since, sizeof(fault->since), "%s.number_%u [split]", suite, n);
		fault->clause = n;
		printf("{\"type\":\"finding\",\"device\":\"%s\",\"clause\":\"DEMO-%u\",\"since\":\"%s\","
		       "\"takes\":\"all\",\"lasts\":%s}\n",
		       device, n, fault->since, told.lasting ? "true" : "false");
	}
	if (n == told.lose)
		return;
	printf("{\"type\":\"test\",\"suite\":\"%s\",\"test\":\"number_%u\",\"device\":\"%s\","
	       "\"variant\":\"split\",\"verdict\":\"%s\",\"reason\":\"%s\",\"because\":\"%s\",\"us\":%u,\"held\":\"%s%.0u\"}\n",
	       suite, n, device, skipped ? "skip" : verdict, skipped ? reason : "",
	       skipped ? "not judged" : "", n * 100, held ? "DEMO-" : "", held ? n : 0);
	fflush(stdout);
}

static void print_surroundings(void)
{
	const char *backtrace = getenv("RUST_BACKTRACE"), *path = getenv("PATH");

	printf("{\"type\":\"note\",\"text\":\"RUST_BACKTRACE is %s, PATH is %s, STAND_IN is %s\"}\n"
	       "{\"type\":\"note\",\"text\":\"input is %s\"}\n",
	       backtrace ? backtrace : "unset", path ? "set" : "unset",
	       getenv("STAND_IN") ? getenv("STAND_IN") : "unset",
	       isatty(STDIN_FILENO) ? "a terminal" : "none");
}

static void print_devices(const char *append)
{
	printf("{\"type\":\"run\",\"schema\":%u,\"version\":\"0\",\"hypervisor\":\"StandIn\","
	       "\"boot\":\"none\",\"cpus\":2,\"tsc_khz\":1000000,\"cmdline\":\"%s\"}\n"
	       "{\"type\":\"device\",\"bdf\":\"00:03.0\",\"virtio_id\":2,\"name\":\"blk\","
	       "\"transport\":\"pci\",\"features_offered\":\"0x10130006e54\",\"queues\":1}\n"
	       "{\"type\":\"device\",\"bdf\":\"00:04.0\",\"virtio_id\":1,\"name\":\"net\","
	       "\"transport\":\"pci\",\"features_offered\":\"0x10130bf8024\",\"queues\":3}\n",
	       told.schema, append);
}

/* A latency distribution around 20 us, one figure a bucket, and a rate. */
static void print_measures(void)
{
	/* Of neighbours the first numbers of rand_r() lie in order. */
	unsigned seed = (told.seed ? told.seed : (unsigned)getpid()) * 2654435761u;
	unsigned total = 0, lowest = 0, highest = 0;
	double sum = 0;

	printf("{\"type\":\"measure\",\"name\":\"end to end t3-t0 halted\",\"device\":\"00:03.0\",\"variant\":"
	       "\"split\",\"unit\":\"ns\",\"buckets\":[");
	for (unsigned i = 0; i < 20; i++) {
		unsigned value =
			(15000 + 500 * i + (unsigned)rand_r(&seed) % 100) * told.factor / 100;
		unsigned count = told.samples * (i < 10 ? i + 1 : 20 - i) / 110;

		printf("%s[%u,%u]", i ? "," : "", value, count);
		lowest = i ? lowest : value;
		highest = value;
		total += count;
		sum += (double)value * count;
	}
	printf("],\"count\":%u,\"min\":%u,\"max\":%u,\"mean\":%.0f,\"p50\":%u,\"p99\":%u}\n", total,
	       lowest, highest, total ? sum / total : 0, 20000 * told.factor / 100, highest);
	for (unsigned depth = 1; depth <= 64; depth *= 4)
		printf("{\"type\":\"measure\",\"name\":\"blk.read.random.requests depth=%u\",\"device\":\"00:03.0\",\"variant\":"
		       "\"split\",\"unit\":\"requests/s\",\"value\":%u}\n",
		       depth, (5000 + (unsigned)rand_r(&seed) % 100) * depth * 100 / told.factor);
}

static void print_end(const char *append, unsigned from)
{
	unsigned ran = told.tests - from + 1;

	if (told.disturbed && is_first())
		puts("{\"type\":\"note\",\"text\":\"disturbed: 9.9 % of its time was stolen\"}");
	for (unsigned n = from; n <= told.tests && told.skip != 3 && !told.devices_only; n++)
		if (is_chosen(append, n) && !faults[n % 2].since[0])
			printf("{\"type\":\"clause\",\"id\":\"DEMO-%u\",\"level\":\"%s\",\"verdict\":"
			       "\"%s\",\"checks\":1,\"why\":\"\"}\n",
			       n, n == told.warn ? "SHOULD" : "MUST",
			       broken_by(n) ? "violated" : "holds");
	if (told.samples)
		print_measures();
	printf("{\"type\":\"summary\",\"pass\":%u,\"fail\":%u,\"warn\":0,\"skip\":0,\"error\":%u,"
	       "\"clauses\":{\"holds\":%u,\"violated\":0,\"unjudged\":0,\"uncovered\":3},"
	       "\"worst\":\"pass\",\"ms\":5}\n",
	       ran, told.fail ? 1 : 0, told.trouble, ran);
	fflush(stdout);
}

static void read_options(char **argv, const char **append, const char **control)
{
	for (; *argv; argv++) {
		if (strcmp(*argv, "--append") == 0 && argv[1])
			*append = *++argv;
		if (strcmp(*argv, "--backend") == 0 && argv[1])
			backend = *++argv;
		if (strcmp(*argv, "--serve") == 0 && argv[1])
			service = *++argv;
		if (strcmp(*argv, "--once") == 0 && argv[1])
			once = *++argv;
		if (strcmp(*argv, "--control") == 0 && argv[1])
			*control = *++argv;
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
			if (strcmp(*argv, numbers[i].option) == 0 && argv[1])
				*numbers[i].value = (unsigned)strtoul(*++argv, NULL, 10);
		}
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
			if (strcmp(*argv, flags[i].option) == 0)
				*flags[i].value = true;
		}
	}
}

int main(int argc, char **argv)
{
	const char *append = "", *control = "";

	read_options(argv + 1, &append, &control);
	if (service)
		return serve(service);
	if (told.bind)
		open_socket(control);
	if (told.mute) {
		fputs("stand-in: cannot open the image\n", stderr);
		return 1;
	}
	if (told.empty)
		return 0;
	if (told.bad) {
		puts("vp.nonsense: no such parameter");
		return 5;
	}

	unsigned from = after(append, "vp.from=");
	unsigned place = 0, of = 0;

	from = from ? from : 1;
	for (unsigned n = 1; n <= told.tests; n++)
		of += is_chosen(append, n);
	fputs("SeaBIOS (version 1.16.2)\r\n\033c\033[?7lBooting from ROM...", stdout);
	print_devices(append);
	if (told.surroundings)
		print_surroundings();
	if (told.touch) {
		puts("{\"type\":\"touch\",\"device\":\"00:05.0\",\"for\":\"first contact\"}");
		fflush(stdout);
		abort();
	}
	known = strstr(append, "/DEMO-99");
	if (known)
		puts("{\"type\":\"finding\",\"device\":\"00:03.0\",\"clause\":\"DEMO-99\",\"since\":"
		     "\"an earlier boot\",\"takes\":\"high notes\",\"lasts\":true}");
	for (unsigned n = 1; n <= told.tests; n++) {
		if (!is_chosen(append, n) || ++place < from)
			continue;
		if (n == 2 && told.garbage)
			print_garbage(told.garbage);
		if (n == told.tear)
			fputs("{\"type\":\"test\",\"suite\":\"ring\",\"te", stdout);
		if (n != told.omit && !told.devices_only)
			run_test(n, place, of, lists(append, "vp.skip=", told.fault));
	}
	print_end(append, from);
	if (told.crash_at_end)
		raise(SIGSEGV);
	while (told.linger)
		pause();
	return (int)told.exit;
}
