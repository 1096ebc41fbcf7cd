/*
 * ravenctl graphs, participants, queues: one line a thing.
 * Must not read records of ops; ravenctl_graph.c does.
 * Dies of: what ravenctl_store.c dies of.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broker/ravenctl.h"

/* "raven:graph:{7}" -> 7; 0 for other keys that match its pattern. */
static uint64_t
graph_of(const char *key)
{
	static const char head[] = "raven:graph:{";
	char *end;
	uint64_t g;

	if (strncmp(key, head, sizeof(head) - 1) != 0)
		return 0;
	g = strtoull(key + sizeof(head) - 1, &end, 10);
	return strcmp(end, "}") == 0 ? g : 0;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t *
list_graphs(struct ctl *c, size_t *n)
{
	size_t n_keys, i;
	char **keys = ctl_keys(c, "raven:graph:{*}", &n_keys);
	uint64_t *graphs = xcalloc(n_keys + 1, sizeof(*graphs)), g;

	*n = 0;
	for (i = 0; i < n_keys; i++)
		if ((g = graph_of(keys[i])) != 0)
			graphs[(*n)++] = g;
	ctl_free_keys(keys, n_keys);
	qsort(graphs, *n, sizeof(*graphs), compare_numbers);
	return graphs;
}

static void
put_graph(struct ctl *c, uint64_t g)
{
	redisReply *r = ctl_command(c, "HGETALL raven:graph:{%llu}",
	    (unsigned long long)g);

	report_row(&c->report);
	report_u64(&c->report, "graph", g);
	ctl_put_text(c, r, "name");
	ctl_put_text(c, r, "owner");
	ctl_put_text(c, r, "approach");
	ctl_put_text(c, r, "status");
	ctl_put_number(c, r, "ops");
	ctl_put_number(c, r, "pending");
	ctl_put_number(c, r, "computing");
	ctl_put_number(c, r, "computed");
	ctl_put_number(c, r, "failed");
	ctl_put_number(c, r, "groups");
	ctl_put_time(c, r, "created");
	ctl_put_time(c, r, "ended");
	freeReplyObject(r);
}

int
ctl_graphs(struct ctl *c, const char *arg)
{
	size_t n, i;
	uint64_t *graphs = list_graphs(c, &n);

	(void)arg;
	report_section(&c->report, "graphs", "raven:graph:{G}", false);
	if (!c->all)
		report_limit(&c->report, CTL_SHOWN);
	for (i = 0; i < n; i++)
		put_graph(c, graphs[i]);
	xfree(graphs);
	return 0;
}

/* "graph 3, group 1.7 (12 ops)" of the first, and how many more. */
static size_t
describe_work(const struct ctl_out *out, size_t n, const char *cid, char *buf,
    size_t len)
{
	size_t i, count = 0, used = 0;

	*buf = '\0';
	for (i = 0; i < n; i++) {
		if (strcmp(out[i].cid, cid) != 0)
			continue;
		if (count++ == 0)
			used = (size_t)snprintf(buf, len, "graph %" PRIu64
			    ", group %s (%u ops)", out[i].g, out[i].group,
			    out[i].n_ops);
	}
	if (count > 1 && used < len)
		snprintf(buf + used, len - used, " and %zu more", count - 1);
	return count;
}

static const char *
status_of(const redisReply *r, size_t working)
{
	if (!str_eq(ctl_field(r, "status"), "online"))
		return "offline";
	if (working > 0)
		return "computing";
	return ctl_field(r, "benchmark").n > 0 ? "ready" : "joining";
}

static void
put_participant(struct ctl *c, const char *cid, const redisReply *r,
    const struct ctl_out *out, size_t n)
{
	char doing[160];
	size_t working = describe_work(out, n, cid, doing, sizeof(doing));

	report_row(&c->report);
	report_string(&c->report, "cid", cid);
	report_string(&c->report, "status", status_of(r, working));
	ctl_put_text(c, r, "kind");
	report_string(&c->report, "doing", doing);
	ctl_put_number(c, r, "slots");
	ctl_put_bytes(c, r, "memory");
	ctl_put_number(c, r, "overhead_us");
	ctl_put_number(c, r, "group_us");
	ctl_put_number(c, r, "rtt_us");
	ctl_put_bytes(c, r, "down");
	ctl_put_bytes(c, r, "up");
	ctl_put_number(c, r, "hidden_factor");
	ctl_put_number(c, r, "error");
	ctl_put_number(c, r, "groups");
	ctl_put_number(c, r, "ops");
	ctl_put_number(c, r, "compute_us");
	ctl_put_number(c, r, "lost");
	ctl_put_number(c, r, "refused");
	ctl_put_number(c, r, "credibility");
	ctl_put_time(c, r, "last");
}

static const char *const dtypes[] = { "bool", "int32", "int64", "float32",
    "float64" };
#define N_DTYPES (sizeof(dtypes) / sizeof(dtypes[0]))

/* The rate of "class.dtype=rate", or -1. */
static double
find_rate(const char *benchmark, const char *class, const char *dtype)
{
	char name[64];
	const char *p;
	size_t n;

	n = (size_t)snprintf(name, sizeof(name), "%s.%s=", class, dtype);
	for (p = benchmark; p != NULL && *p != '\0'; p = strchr(p, ' ')) {
		p += *p == ' ';
		if (strncmp(p, name, n) == 0)
			return strtod(p + n, NULL);
	}
	return -1;
}

static void
put_benchmark(struct ctl *c, const char *cid, const redisReply *r)
{
	static const char *const classes[][2] = {
		{ "matmul", "flop/s" }, { "elementwise", "bytes/s" },
		{ "transcendental", "elements/s" }, { "reduction", "bytes/s" },
		{ "copy", "bytes/s" }, { "sort", "n log n/s" },
	};
	const char *benchmark = ctl_field(r, "benchmark").p;
	double rates[N_DTYPES];
	size_t i, k, found;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		for (k = found = 0; k < N_DTYPES; k++) {
			rates[k] = find_rate(benchmark, classes[i][0],
			    dtypes[k]);
			found += rates[k] >= 0;
		}
		if (found == 0)
			continue;
		report_row(&c->report);
		report_string(&c->report, "cid", cid);
		report_string(&c->report, "class", classes[i][0]);
		report_string(&c->report, "unit", classes[i][1]);
		for (k = 0; k < N_DTYPES; k++) {
			if (rates[k] < 0)
				report_none(&c->report, dtypes[k]);
			else
				report_f64(&c->report, dtypes[k], rates[k]);
		}
	}
}

/* The next "name=a:b:c"; NULL: no more. */
static const char *
next_estimate(const char *p, char *name, size_t len, double v[3])
{
	size_t n;

	p += strspn(p, " ");
	n = strcspn(p, "= ");
	if (p[n] != '=')
		return NULL;
	snprintf(name, len, "%.*s", (int)n, p);
	for (p += n + 1, n = 0; n < 3; n++) {
		v[n] = strtod(p, NULL);
		p += strcspn(p, ": ");
		p += *p == ':';
	}
	return p;
}

/* What the scheduler plans with: class.dtype=rate:error:results. */
static void
put_estimates(struct ctl *c, const char *cid, const redisReply *r)
{
	const char *p = ctl_field(r, "estimates").p;
	char name[64], *dtype;
	double v[3];

	while (p != NULL && (p = next_estimate(p, name, sizeof(name), v)) !=
	    NULL) {
		dtype = strchr(name, '.');
		if (dtype == NULL)
			continue;	/* the participant's own figures */
		*dtype++ = '\0';
		report_row(&c->report);
		report_string(&c->report, "cid", cid);
		report_string(&c->report, "class", name);
		report_string(&c->report, "dtype", dtype);
		report_f64(&c->report, "rate", v[0]);
		report_f64(&c->report, "error", v[1] / 1000);
		report_u64(&c->report, "results", (uint64_t)v[2]);
	}
}

static bool
is_online(const redisReply *r)
{
	return str_eq(ctl_field(r, "status"), "online");
}

enum client_part { PART_CLIENT, PART_BENCHMARK, PART_ESTIMATES };

/* Who is there comes first. */
static void
put_clients(struct ctl *c, char *const *keys, redisReply *const *clients,
    size_t n, const struct ctl_out *out, size_t n_out, enum client_part part)
{
	size_t skip = strlen("raven:client:"), i;
	int online;

	for (online = 1; online >= 0; online--)
		for (i = 0; i < n; i++) {
			if (is_online(clients[i]) != (online == 1))
				continue;
			if (part == PART_CLIENT)
				put_participant(c, keys[i] + skip, clients[i],
				    out, n_out);
			else if (!online && !c->all && !c->json)
				continue;
			else if (part == PART_BENCHMARK)
				put_benchmark(c, keys[i] + skip, clients[i]);
			else
				put_estimates(c, keys[i] + skip, clients[i]);
		}
}

int
ctl_participants(struct ctl *c, const char *arg)
{
	size_t n, n_out, i;
	char **keys = ctl_keys(c, "raven:client:*", &n);
	redisReply **clients = xcalloc(n + 1, sizeof(*clients));
	struct ctl_out *out = ctl_computing(c, &n_out);

	(void)arg;
	for (i = 0; i < n; i++)
		clients[i] = ctl_command(c, "HGETALL %s", keys[i]);
	report_section(&c->report, "participants",
	    "raven:client:CID, raven:queue:computing", false);
	if (!c->all)
		report_limit(&c->report, CTL_SHOWN);
	put_clients(c, keys, clients, n, out, n_out, PART_CLIENT);
	report_section(&c->report, "benchmarks", "raven:client:CID benchmark",
	    false);
	if (!c->all)
		report_limit(&c->report, CTL_SHOWN);
	put_clients(c, keys, clients, n, out, n_out, PART_BENCHMARK);
	report_section(&c->report, "estimates", "raven:client:CID estimates",
	    false);
	if (!c->all)
		report_limit(&c->report, CTL_SHOWN);
	put_clients(c, keys, clients, n, out, n_out, PART_ESTIMATES);
	for (i = 0; i < n; i++)
		freeReplyObject(clients[i]);
	xfree(out);
	xfree(clients);
	ctl_free_keys(keys, n);
	return 0;
}

static void
put_queue(struct ctl *c, const char *queue)
{
	redisReply *r = ctl_command(c, "ZRANGE raven:queue:%s 0 -1 WITHSCORES",
	    queue), *name;
	size_t i;

	for (i = 0; i + 1 < r->elements; i += 2) {
		report_row(&c->report);
		report_string(&c->report, "queue", queue);
		report_u64(&c->report, "graph",
		    strtoull(r->element[i]->str, NULL, 10));
		name = ctl_command(c, "HMGET raven:graph:{%s} name pending",
		    r->element[i]->str);
		report_string(&c->report, "name", name->element[0]->str);
		report_u64(&c->report, "pending",
		    name->element[1]->str != NULL ?
		    strtoull(name->element[1]->str, NULL, 10) : 0);
		report_time(&c->report, "created",
		    (uint64_t)strtod(r->element[i + 1]->str, NULL) / 1000);
		freeReplyObject(name);
	}
	freeReplyObject(r);
}

static void
put_out(struct ctl *c, const struct ctl_out *out, size_t n)
{
	struct timespec ts;
	uint64_t now_ms;
	size_t i;

	clock_gettime(CLOCK_REALTIME, &ts);
	now_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	for (i = 0; i < n; i++) {
		report_row(&c->report);
		report_u64(&c->report, "graph", out[i].g);
		report_string(&c->report, "group", out[i].group);
		report_u64(&c->report, "ops", out[i].n_ops);
		report_string(&c->report, "participant", out[i].cid);
		report_string(&c->report, "tab", out[i].tab);
		report_u64(&c->report, "out_ms", now_ms > out[i].sent_ms ?
		    now_ms - out[i].sent_ms : 0);
	}
}

int
ctl_queues(struct ctl *c, const char *arg)
{
	struct ctl_out *out;
	size_t n;

	(void)arg;
	report_section(&c->report, "ready",
	    "raven:queue:high, raven:queue:low", false);
	put_queue(c, "high");
	put_queue(c, "low");
	out = ctl_computing(c, &n);
	report_section(&c->report, "computing", "raven:queue:computing",
	    false);
	if (!c->all)
		report_limit(&c->report, CTL_SHOWN);
	put_out(c, out, n);
	xfree(out);
	return 0;
}
