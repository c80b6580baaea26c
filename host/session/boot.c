/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/boot.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "host/record/records.h"
#include "host/session/hearing.h"
#include "host/session/tail.h"
#include "host/system/process.h"

#define TICK_MS 200

/* How long a VMM may take to end after the summary, before it is ended. */
#define FAREWELL_MS 5000

/* How long the output of a VMM that has ended may stay open in a child of its own. */
#define LINGER_MS 300

/* How long the end of a daemon may take to be known after its connection is. */
#define DEATH_MS 100
#define REAP_MS  60

/* How long a guest may take that ends by itself. */
#define GRACE_MS 10000

/* Bytes without a record that are more than last words. */
#define BABBLE (1 << 14)

/* A longer line of standard error is not looked at. */
#define LINE_MOST 4096

struct boot {
	const struct boot_request *request;
	struct boot_result *result;
	GMainLoop *loop;
	struct process *process;
	struct process *successor; /* that is to take its place; NULL: there is none */
	unsigned waits;            /* for ends of processes that have not been told yet */
	struct hearing console, errors;
	struct record_reader *reader; /* of the console */
	GString *line;                /* of standard error: what has come of it */
	struct tail tail;
	GCancellable *reading;
	unsigned tick, farewell, linger, grace;
	gboolean exited;
	gboolean heard;        /* a record has come */
	gint64 last_record;    /* when; monotonic */
	gint64 limit;          /* microseconds after which the image itself cuts off what runs */
	gint64 last_question;  /* when the VMM was last asked for trouble */
	gboolean fresh;        /* a record has come since the last tick */
	gint64 idle_since;     /* the first tick without a record */
	gint64 idle_busy_time; /* of the VMM at that tick */
	gint64 idle_said;      /* bytes that were no records, likewise */
};

static gboolean is_heard(const struct boot *boot)
{
	return boot->console.open || boot->errors.open;
}

static void end_when_over(void *context)
{
	struct boot *boot = context;

	if (boot->exited && boot->waits == 0 && !is_heard(boot))
		g_main_loop_quit(boot->loop);
}

/* We end it: kept as the reason unless there is one already. */
static void put_down(struct boot *boot, enum boot_end end, char *words)
{
	if (boot->result->words) {
		g_free(words);
		return;
	}
	boot->result->end = end;
	boot->result->words = words;
	process_kill(boot->process);
}

/* A VMM that goes down for want of a daemon is not what went wrong first. */
static char *daemon_end(const struct boot *boot)
{
	return boot->request->daemon_end(boot->request->context);
}

static gboolean say_farewell(void *context)
{
	struct boot *boot = context;

	boot->farewell = 0;
	put_down(boot, BOOT_DONE, g_strdup("did not end by itself after the summary"));
	return G_SOURCE_REMOVE;
}

static void take_noise(const char *text, gsize length, void *context)
{
	struct boot *boot = context;

	tail_add(&boot->tail, text, length);
	tail_add(&boot->tail, "\n", 1);
	boot->request->said(TRUE, text, length, boot->request->context);
}

/* A back end is lost: because its daemon ended, a moment ago, or because that hung up. */
static void take_loss(struct boot *boot, const char *complaint)
{
	char *words = NULL;

	for (unsigned waited = 0; !words && waited < DEATH_MS; waited += 10) {
		words = daemon_end(boot);
		if (!words)
			g_usleep(10000);
	}
	if (words)
		put_down(boot, BOOT_DAEMON_DIED, words);
	else if (boot->request->daemon)
		put_down(boot, BOOT_DAEMON_HUNG_UP,
			 g_strdup_printf("%s hung up%s: %s", boot->request->daemon,
					 boot->request->daemon_is_watched ? " and lives on" : "",
					 complaint));
	else
		put_down(boot, BOOT_STOPPED, g_strdup(complaint));
}

/* A VMM may say on standard error that it has lost what it needs, and go on without. */
static void take_complaints(const char *bytes, gsize length, void *context)
{
	struct boot *boot = context;
	const char *pattern = boot->request->broken;
	char *newline;

	tail_add(&boot->tail, bytes, length);
	boot->request->said(FALSE, bytes, length, boot->request->context);
	if (!pattern)
		return;
	g_string_append_len(boot->line, bytes, (gssize)length);
	while ((newline = strchr(boot->line->str, '\n'))) {
		*newline = '\0';
		if (!boot->result->summary && !boot->request->forgives(boot->request->context) &&
		    g_regex_match_simple(pattern, boot->line->str, G_REGEX_RAW, 0))
			take_loss(boot, boot->line->str);
		g_string_erase(boot->line, 0, newline + 1 - boot->line->str);
	}
	if (boot->line->len > LINE_MOST)
		g_string_truncate(boot->line, 0);
}

static void take_console(const char *bytes, gsize length, void *context)
{
	struct boot *boot = context;

	record_reader_feed(boot->reader, bytes, length);
}

/* Records first: what is said now belongs to the test that has begun by now, and stands beside its failure. */
static void drain_console(void *context)
{
	struct boot *boot = context;

	hearing_drain(&boot->console);
}

static void take_record(JsonObject *record, const char *line, void *context)
{
	struct boot *boot = context;

	boot->last_record = g_get_monotonic_time();
	boot->heard = boot->fresh = TRUE;
	if (record_is(record, "summary")) {
		boot->result->summary = TRUE;
		if (!boot->farewell)
			boot->farewell = g_timeout_add(FAREWELL_MS, say_farewell, boot);
	}
	/* Records come late: what waits to be read may well belong to this test, so it is not read first. */
	if (record_is(record, "start")) {
		tail_mark(&boot->tail);
		boot->limit = record_number(record, "limit", 0) * 1000;
	} else if (record_is(record, "test")) {
		boot->limit = 0;
	}
	boot->request->record(boot, record, line, boot->request->context);
}

char *boot_said(struct boot *boot)
{
	hearing_drain(&boot->errors);
	return tail_since_mark(&boot->tail);
}

void boot_settle(struct boot *boot, const char *trouble)
{
	hearing_drain(&boot->errors);
	if (trouble)
		take_loss(boot, trouble);
}

/* Whoever keeps an output open gets no more time, but what the VMM itself has said is all read, however late. */
static gboolean stop_lingering(void *context)
{
	struct boot *boot = context;

	boot->linger = 0;
	process_kill(boot->process);
	hearing_drain(&boot->console);
	hearing_drain(&boot->errors);
	g_cancellable_cancel(boot->reading);
	return G_SOURCE_REMOVE;
}

static void take_exit(GObject *source, GAsyncResult *outcome, void *context)
{
	struct boot *boot = context;

	g_subprocess_wait_finish(G_SUBPROCESS(source), outcome, NULL);
	boot->waits--;
	/* One that was succeeded has no end that matters. */
	boot->exited = boot->exited || G_SUBPROCESS(source) == boot->process->child;
	if (boot->exited && is_heard(boot) && !boot->linger)
		boot->linger = g_timeout_add(LINGER_MS, stop_lingering, boot);
	end_when_over(boot);
}

static void give_up_on(struct boot *boot, gint64 now)
{
	double seconds = (double)(now - boot->last_record) / G_USEC_PER_SEC;
	gint64 used = process_busy_time(boot->process) - boot->idle_busy_time;
	gint64 passed = now - boot->idle_since;
	/* One that babbles waits for us to read, and does not rest. */
	gboolean spins = used > passed / 5 || boot->tail.total - boot->idle_said > BABBLE;

	put_down(boot, spins ? BOOT_SPINS : BOOT_HUNG,
		 g_strdup_printf("%s: no record for %.0f s, of which it was busy %.0f %%",
				 spins ? "spins" : "hangs", seconds,
				 passed > 0 ? 100.0 * (double)MAX(used, 0) / (double)passed : 0.0));
}

/* A VMM that says itself that its guest is stuck need not be waited for. */
static gboolean boot_in_trouble(struct boot *boot, gint64 now)
{
	gboolean quiet = now - boot->last_record > G_USEC_PER_SEC &&
			 now - boot->last_question > G_USEC_PER_SEC;
	char *why = NULL;

	if (quiet && !boot->exited && !boot->result->summary) {
		boot->last_question = now;
		why = boot->request->trouble(boot->request->context);
	}
	if (why)
		put_down(boot, BOOT_STOPPED, why);
	return why != NULL;
}

/* A daemon that ends while the VMM lives will be missed, whether or not the VMM says so. */
static gboolean daemon_is_gone(struct boot *boot)
{
	g_autofree char *end = NULL;
	char *words = boot->exited || boot->result->summary ? NULL : daemon_end(boot);

	if (!words)
		return FALSE;
	/* It may have ended because the VMM has. */
	g_usleep(20000);
	end = process_end_words(boot->process);
	if (end)
		g_free(words);
	else
		put_down(boot, BOOT_DAEMON_DIED, words);
	return !end;
}

/* The image may be busy until it cuts off a test by itself, and has to say so then. */
static gint64 silence_of(const struct boot *boot)
{
	return (gint64)boot->request->silence * G_USEC_PER_SEC + boot->limit;
}

/* Silence is judged by records, not bytes: garbage is no progress. */
static gboolean look(void *context)
{
	struct boot *boot = context;
	gint64 now = g_get_monotonic_time();

	if (daemon_is_gone(boot))
		return G_SOURCE_CONTINUE;
	if (boot->fresh) {
		boot->fresh = FALSE;
		boot->idle_since = 0;
	} else if (!boot->idle_since) {
		boot->idle_since = now;
		boot->idle_busy_time = process_busy_time(boot->process);
		boot->idle_said = boot->tail.total;
	} else if (boot_in_trouble(boot, now)) {
		return G_SOURCE_CONTINUE;
	} else if (!boot->exited && !boot->result->summary &&
		   now - boot->last_record > silence_of(boot)) {
		give_up_on(boot, now);
	}
	return G_SOURCE_CONTINUE;
}

struct process_usage boot_usage(const struct boot *boot)
{
	return process_usage(boot->process);
}

void boot_stop(struct boot *boot)
{
	put_down(boot, BOOT_CANCELLED, g_strdup("ended at the user's wish"));
}

static gboolean end_grace(void *context)
{
	struct boot *boot = context;

	boot->grace = 0;
	boot_stop(boot);
	return G_SOURCE_REMOVE;
}

static gboolean cancelled(GCancellable *cancel, void *context)
{
	struct boot *boot = context;
	const struct boot_request *request = boot->request;

	if (request->ends_itself && request->ends_itself(request->context))
		boot->grace = g_timeout_add(GRACE_MS, end_grace, boot);
	else
		boot_stop(boot);
	return G_SOURCE_REMOVE;
}

void boot_tell(struct boot *boot, const char *line)
{
	GPollableOutputStream *pollable = G_POLLABLE_OUTPUT_STREAM(boot->process->input);
	g_autofree char *whole = g_strconcat(line, "\n", NULL);

	/* Never wait: a VMM that does not read must not stop its watcher. */
	if (g_pollable_output_stream_write_nonblocking(pollable, whole, strlen(whole), NULL, NULL) <
	    0)
		tail_add(&boot->tail, "(an answer to the guest was not read)\n", 38);
}

static gboolean status_is_orderly(const struct boot_request *request, int status)
{
	g_autofree char *word = g_strdup_printf("%d", status);

	if (!*request->exits)
		return status == 0;
	return g_strv_contains((const char *const *)request->exits, word);
}

/*
 * A VMM that gives up may do so for want of a daemon that has failed before it. That is known once the daemon has been
 * reaped, which on a busy machine may be after the VMM.
 */
static char *daemon_failure(const struct boot *boot)
{
	char *words = NULL;

	for (unsigned waited = 0; !words && waited < REAP_MS; waited += 10) {
		words = daemon_end(boot);
		if (!words && boot->request->daemon)
			g_usleep(10000);
	}
	/* One that ends well may have ended because the VMM has. */
	if (words && g_str_has_suffix(words, "ended with status 0"))
		g_clear_pointer(&words, g_free);
	return words;
}

gboolean boot_was_ended_from_outside(const struct boot_result *result)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM};
	gboolean outside = FALSE;

	for (unsigned i = 0; result->end == BOOT_DIED && i < G_N_ELEMENTS(signals); i++)
		outside |= result->signal == signals[i];
	return outside;
}

/* How the VMM ended, where it was not us who ended it. */
static void judge_end(struct boot *boot)
{
	struct boot_result *result = boot->result;
	GSubprocess *child = boot->process->child;

	if (g_subprocess_get_if_exited(child))
		result->status = g_subprocess_get_exit_status(child);
	else if (g_subprocess_get_if_signaled(child))
		result->signal = g_subprocess_get_term_sig(child);
	if (result->words)
		return;
	result->words = result->summary || result->signal ? NULL : daemon_failure(boot);
	if (result->words) {
		result->end = BOOT_DAEMON_DIED;
		return;
	}
	if (result->signal) {
		result->end = BOOT_DIED;
		result->words = g_strdup_printf(
			"killed by signal %d (%s)%s", result->signal, strsignal(result->signal),
			boot_was_ended_from_outside(result) ? ", from outside" : "");
		return;
	}
	/* What ends by a status of its own before the image has said a word was started wrongly. */
	if (!boot->heard && !status_is_orderly(boot->request, result->status)) {
		result->words =
			g_strdup_printf("the VMM did not start: exit status %d", result->status);
		return;
	}
	result->words = g_strdup_printf("exit status %d", result->status);
	if (!status_is_orderly(boot->request, result->status))
		result->end = BOOT_DIED;
	else
		result->end = result->summary ? BOOT_DONE : BOOT_UNFINISHED;
}

/* The console outruns a reader that is kept from its work; the kernel holds more when asked. */
static void follow_process(struct boot *boot)
{
	GSubprocess *child = boot->process->child;

	hearing_begin(&boot->console, g_subprocess_get_stdout_pipe(child));
	hearing_begin(&boot->errors, g_subprocess_get_stderr_pipe(child));
	boot->waits++;
	g_subprocess_wait_async(child, NULL, take_exit, boot);
}

gboolean boot_start_successor(struct boot *boot, char *const *command, GError **error)
{
	struct process_order order = boot->request->vmm;

	order.command = command;
	boot->successor = process_start(&order, error);
	return boot->successor != NULL;
}

void boot_drop_successor(struct boot *boot)
{
	process_end(boot->successor);
	boot->successor = NULL;
}

void boot_succeed(struct boot *boot)
{
	/* A record is being taken. */
	hearing_leave(&boot->console, TRUE);
	hearing_leave(&boot->errors, FALSE);
	process_end(boot->process);
	boot->process = boot->successor;
	boot->successor = NULL;
	boot->exited = FALSE;
	if (boot->linger)
		g_source_remove(boot->linger);
	boot->linger = 0;
	boot->idle_since = 0;
	follow_process(boot);
	/* Of an earlier line a part may have come to the guest. */
	boot_tell(boot, "");
}

static void run_loop(struct boot *boot)
{
	GSource *wish = NULL;

	boot->last_record = g_get_monotonic_time();
	follow_process(boot);
	boot->tick = g_timeout_add(TICK_MS, look, boot);
	if (boot->request->cancel) {
		wish = g_cancellable_source_new(boot->request->cancel);
		g_source_set_callback(wish, G_SOURCE_FUNC(cancelled), boot, NULL);
		g_source_attach(wish, NULL);
	}
	g_main_loop_run(boot->loop);
	if (wish) {
		g_source_destroy(wish);
		g_source_unref(wish);
	}
	hearing_end(&boot->console);
	record_reader_finish(boot->reader);
	g_source_remove(boot->tick);
	if (boot->farewell)
		g_source_remove(boot->farewell);
	if (boot->linger)
		g_source_remove(boot->linger);
	if (boot->grace)
		g_source_remove(boot->grace);
}

void boot_run(const struct boot_request *request, struct boot_result *result)
{
	g_autofree struct boot *boot = g_new0(struct boot, 1);
	struct record_listener listener = {
		.record = take_record, .noise = take_noise, .context = boot};
	g_autoptr(GError) error = NULL;

	*result = (struct boot_result){.end = BOOT_NEVER, .status = -1};
	boot->request = request;
	boot->result = result;
	boot->process = process_start(&request->vmm, &error);
	if (!boot->process) {
		result->words = g_strdup(error->message);
		result->last_output = g_strdup("");
		result->test_output = g_strdup("");
		return;
	}
	if (request->launched)
		request->launched(boot->process->group, request->context);
	boot->loop = g_main_loop_new(NULL, FALSE);
	boot->reading = g_cancellable_new();
	boot->reader = record_reader_new(&listener);
	tail_init(&boot->tail);
	boot->line = g_string_new(NULL);
	boot->console.take = take_console;
	boot->errors.take = take_complaints;
	boot->errors.first = drain_console;
	boot->console.over = boot->errors.over = end_when_over;
	boot->console.context = boot->errors.context = boot;
	boot->console.cancel = boot->errors.cancel = boot->reading;
	run_loop(boot);
	judge_end(boot);
	result->last_output = tail_text(&boot->tail);
	result->test_output = tail_since_mark(&boot->tail);
	result->noise = boot->tail.total;
	record_reader_free(boot->reader);
	tail_clear(&boot->tail);
	g_string_free(boot->line, TRUE);
	process_end(boot->process);
	g_object_unref(boot->reading);
	g_main_loop_unref(boot->loop);
}

void boot_result_clear(struct boot_result *result)
{
	g_free(result->words);
	g_free(result->last_output);
	g_free(result->test_output);
}

enum outcome boot_outcome(enum boot_end end)
{
	static const enum outcome outcomes[] = {
		[BOOT_DONE] = OUTCOME_NONE,
		[BOOT_UNFINISHED] = OUTCOME_VMM_ENDED,
		[BOOT_DIED] = OUTCOME_VMM_DIED,
		[BOOT_HUNG] = OUTCOME_VMM_HUNG,
		[BOOT_SPINS] = OUTCOME_VMM_SPINS,
		[BOOT_STOPPED] = OUTCOME_VMM_STOPPED,
		[BOOT_DAEMON_DIED] = OUTCOME_DAEMON_DIED,
		[BOOT_DAEMON_HUNG_UP] = OUTCOME_DAEMON_HUNG_UP,
		[BOOT_CANCELLED] = OUTCOME_NONE,
		[BOOT_NEVER] = OUTCOME_NONE,
	};

	return outcomes[end];
}
