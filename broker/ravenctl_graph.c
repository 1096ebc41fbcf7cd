/*
 * ravenctl graph G: the graph, its ops, its groups and what failed.
 * Must not guess: an op's state is what the records say.
 * Dies of: no such graph (2), and what ravenctl_store.c dies of.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ravenctl_graph.h"
#include "common/msg.h"

#define INPUTS_NAMED	64	/* inputs in an error's sentence, at most */

enum op_state { OP_PENDING, OP_COMPUTING, OP_COMPUTED, OP_FAILED };

struct op_info {
	uint8_t		 state;		/* enum op_state */
	uint32_t	 group;		/* index + 1 in records; 0: none */
	uint32_t	 code, cause;
	int64_t		 a[4];
};

struct graph {
	struct ctl_records	 rs;
	struct op_info		*ops;	/* by op index, from 1 */
};

static struct bytes
body_of(const struct ctl_group *g)
{
	return (struct bytes){ g->bytes, g->len };
}

static void
mark_errors(struct graph *g, const struct ctl_group *group)
{
	struct record_value v;
	struct record_error e;
	size_t at = group->body;
	struct op_info *op;
	uint32_t i;

	for (i = 0; i < group->r.n_values; i++)
		if (record_read_value(body_of(group), &at, &v) == -1)
			return;
	for (i = 0; i < group->r.n_errors; i++) {
		if (record_read_error(body_of(group), &at, &e) == -1)
			return;
		if (e.op == 0 || e.op > g->rs.n_ops)
			continue;
		op = &g->ops[e.op];
		op->state = OP_FAILED;
		op->code = e.code;
		op->cause = e.cause;
		memcpy(op->a, e.a, sizeof(op->a));
	}
}

static void
mark_group(struct graph *g, size_t k)
{
	const struct ctl_group *group = &g->rs.groups[k];
	uint32_t i, index;

	for (i = 0; i < group->r.n_ops; i++) {
		index = group->r.ops[i];
		if (index == 0 || index > g->rs.n_ops)
			continue;
		g->ops[index].group = (uint32_t)k + 1;
		g->ops[index].state = group->r.state == RECORD_DONE ?
		    OP_COMPUTED : OP_COMPUTING;
	}
	if (group->r.state == RECORD_DONE)
		mark_errors(g, group);
}

/* Sources are values already; of groups, what is done counts most. */
static void
mark_ops(struct graph *g)
{
	static const uint8_t order[] = { RECORD_OUT, RECORD_DONE };
	const struct program *p;
	uint32_t index, i;
	size_t k, pass;

	g->ops = xcalloc((size_t)g->rs.n_ops + 1, sizeof(*g->ops));
	for (index = 1; index <= g->rs.n_ops; index++) {
		p = ctl_find_op(&g->rs, index, &i);
		if (p != NULL && p->ops[i].place != PLACE_NONE)
			g->ops[index].state = OP_COMPUTED;
	}
	for (pass = 0; pass < sizeof(order); pass++)
		for (k = 0; k < g->rs.n_groups; k++)
			if (g->rs.groups[k].r.state == order[pass])
				mark_group(g, k);
}

static const char *
op_name(const struct program *p, uint32_t i)
{
	const struct op_row *row = op_by_code(p->ops[i].code);

	return row != NULL ? row->name : "unknown";
}

static void
put_inputs(struct ctl *c, const struct program *p, uint32_t i)
{
	char text[256] = "";
	size_t used = 0;
	uint32_t k;

	for (k = 0; k < p->ops[i].n_in && used + 32 < sizeof(text); k++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%u", k > 0 ? " " : "", p->refs[p->ops[i].first_in + k]);
	if (k < p->ops[i].n_in)
		snprintf(text + used, sizeof(text) - used, " ...");
	report_string(&c->report, "inputs", text);
}

/* A graph may have a million ops. */
static void
put_op(struct ctl *c, const struct graph *g, uint32_t index)
{
	static const char *const states[] = { "pending", "computing",
	    "computed", "failed" };
	const struct op_info *op = &g->ops[index];
	const struct ctl_group *group;
	const struct program *p;
	struct shape shape;
	char text[160];
	uint32_t i;

	p = ctl_find_op(&g->rs, index, &i);
	if (p == NULL)
		return;
	if (report_full(&c->report)) {
		report_skip(&c->report);
		return;
	}
	program_shape(p, i, &shape);
	report_row(&c->report);
	report_u64(&c->report, "op", index);
	report_string(&c->report, "name", op_name(p, i));
	put_inputs(c, p, i);
	report_string(&c->report, "value", shape_text(text, sizeof(text),
	    &shape));
	report_string(&c->report, "state", states[op->state]);
	if (op->group == 0) {
		report_none(&c->report, "group");
		report_none(&c->report, "participant");
		return;
	}
	group = &g->rs.groups[op->group - 1];
	report_string(&c->report, "group", group->name);
	report_text(&c->report, "participant", group->r.cid.p,
	    group->r.cid.n);
}

/* "1-3 7": runs of op indices. */
static void
put_runs(struct ctl *c, const struct record_group *r)
{
	char text[256] = "";
	size_t used = 0;
	uint32_t i, first;

	for (i = 0; i < r->n_ops && used + 40 < sizeof(text); i++) {
		first = r->ops[i];
		while (i + 1 < r->n_ops && r->ops[i + 1] == r->ops[i] + 1)
			i++;
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    r->ops[i] == first ? "%s%u" : "%s%u-%u",
		    used > 0 ? " " : "", first, r->ops[i]);
	}
	if (i < r->n_ops)
		snprintf(text + used, sizeof(text) - used, " ...");
	report_string(&c->report, "which", text);
}

static void
put_group(struct ctl *c, const struct ctl_group *group)
{
	static const char *const states[] = { "unknown", "out", "done",
	    "returned" };
	const struct record_group *r = &group->r;

	report_row(&c->report);
	report_string(&c->report, "group", group->name);
	report_string(&c->report, "state",
	    states[r->state <= RECORD_RETURNED ? r->state : 0]);
	report_text(&c->report, "participant", r->cid.p, r->cid.n);
	report_text(&c->report, "tab", r->tab.p, r->tab.n);
	report_u64(&c->report, "attempt", r->attempt);
	report_u64(&c->report, "ops", r->n_ops);
	put_runs(c, r);
	report_u64(&c->report, "values", r->n_values);
	report_u64(&c->report, "failed", r->n_errors);
	report_u64(&c->report, "compute_us", r->compute_us);
	report_time(&c->report, "time", r->time_ms / 1000);
}

/* What was wrong, with the shapes that the op was given. */
static void
put_sentence(struct ctl *c, const struct graph *g, const struct program *p,
    uint32_t i, const struct op_info *op)
{
	struct op_error e = { .op = p->base + i, .input = -1,
	    .code = (enum error)op->code };
	const struct op_row *row = op_by_code(p->ops[i].code);
	const struct shape *in[INPUTS_NAMED];
	struct shape shapes[INPUTS_NAMED];
	const struct program *from;
	char text[1024];
	uint32_t at;
	size_t n;

	memcpy(e.a, op->a, sizeof(e.a));
	for (n = 0; n < p->ops[i].n_in && n < INPUTS_NAMED; n++) {
		from = ctl_find_op(&g->rs, p->refs[p->ops[i].first_in + n],
		    &at);
		in[n] = NULL;
		if (from != NULL) {
			program_shape(from, at, &shapes[n]);
			in[n] = &shapes[n];
		}
	}
	report_string(&c->report, "text", op_error_text(text, sizeof(text),
	    row, in, n, NULL, &e));
}

static void
put_failure(struct ctl *c, const struct graph *g, uint32_t index)
{
	const struct op_info *op = &g->ops[index];
	const struct program *p;
	uint32_t i;

	if (op->state != OP_FAILED ||
	    (p = ctl_find_op(&g->rs, index, &i)) == NULL)
		return;
	report_row(&c->report);
	report_u64(&c->report, "op", index);
	report_string(&c->report, "name", op_name(p, i));
	report_string(&c->report, "code", error_name((enum error)op->code));
	report_u64(&c->report, "cause", op->cause != 0 ? op->cause : index);
	put_sentence(c, g, p, i, op);
}

/* The scheduler's word on a wait, a JSON string; nothing if it is not there. */
static void
put_forecast(struct ctl *c, const char *g)
{
	struct buf said;
	char err[256], text[128];

	buf_init(&said);
	if (ctl_ask(c, "scheduler.sock", MSG_S, "forecast", g, &said, err,
	    sizeof(err)) == 0 && said.len > 2 && said.data[0] == '"' &&
	    said.len < sizeof(text)) {
		memcpy(text, said.data + 1, said.len - 2);
		text[said.len - 2] = '\0';
		report_string(&c->report, "time", text);
	}
	buf_clear(&said);
}

static void
put_head(struct ctl *c, const char *g)
{
	static const char *const texts[] = { "name", "owner", "approach",
	    "status", "key", "options" };
	static const char *const numbers[] = { "verify", "ops", "pending",
	    "computing", "computed", "failed", "groups", "compute_us",
	    "batch", "v" };
	static const char *const times[] = { "created", "seen", "ended" };
	redisReply *r = ctl_command(c, "HGETALL raven:graph:{%s}", g);
	char key[64];
	size_t i;

	if (r->elements == 0)
		ctl_fail(EXIT_NO_GRAPH, "there is no graph %s; 'ravenctl "
		    "graphs' lists them", g);
	snprintf(key, sizeof(key), "raven:graph:{%s}", g);
	report_section(&c->report, "graph", key, true);
	report_u64(&c->report, "graph", strtoull(g, NULL, 10));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ctl_put_text(c, r, texts[i]);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ctl_put_number(c, r, numbers[i]);
	ctl_put_bytes(c, r, "bytes");
	put_forecast(c, g);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		ctl_put_time(c, r, times[i]);
	freeReplyObject(r);
}

static void
begin_section(struct ctl *c, const char *name, const char *key)
{
	report_section(&c->report, name, key, false);
	if (!c->all && !c->json)
		report_limit(&c->report, CTL_SHOWN);
}

static void
put_records(struct ctl *c, const char *arg, const struct graph *g)
{
	char groups[64], all[128];
	uint32_t index;
	size_t k;

	snprintf(groups, sizeof(groups), "raven:graph:{%s}:groups", arg);
	snprintf(all, sizeof(all), "raven:graph:{%s}:ops, %s", arg, groups);
	begin_section(c, "ops", all);
	for (index = 1; index <= g->rs.n_ops; index++)
		put_op(c, g, index);
	begin_section(c, "groups", groups);
	for (k = 0; k < g->rs.n_groups; k++)
		put_group(c, &g->rs.groups[k]);
	begin_section(c, "failures", groups);
	for (index = 1; index <= g->rs.n_ops; index++)
		put_failure(c, g, index);
}

int
ctl_graph(struct ctl *c, const char *arg)
{
	struct graph g = { 0 };
	const char *p;

	for (p = arg; isdigit((unsigned char)*p); p++)
		;
	if (p == arg || *p != '\0' || p - arg > 20)
		ctl_fail(EXIT_NO_GRAPH, "'%s' is not the number of a graph",
		    arg);
	put_head(c, arg);
	ctl_records_load(c, arg, &g.rs);
	mark_ops(&g);
	put_records(c, arg, &g);
	xfree(g.ops);
	ctl_records_clear(&g.rs);
	return 0;
}
