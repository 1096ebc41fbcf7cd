/*
 * Reads the packed batches and groups of a graph.
 * Must not believe them further than record.c and program.c do: a damaged one
 * is counted and left out.
 * Dies of: what ravenctl_store.c dies of.
 */
#include <stdlib.h>
#include <string.h>

#include "broker/ravenctl_graph.h"

#define HSCAN_COUNT	100

typedef void (*visit_fn)(struct ctl_records *, const char *field, void *bytes,
    size_t len);

/* Takes bytes. */
static void
take_batch(struct ctl_records *rs, const char *field, void *bytes, size_t len)
{
	struct op_error fault;
	struct record_batch r;
	struct ctl_batch *b;
	uint32_t last;

	(void)field;
	rs->batches = xrealloc(rs->batches,
	    (rs->n_batches + 1) * sizeof(*rs->batches));
	b = &rs->batches[rs->n_batches];
	if (record_batch_open(&r, (struct bytes){ bytes, len }) == -1 ||
	    program_open(&b->program, r.program.p, r.program.n, UINT32_MAX,
	    &fault) != E_OK) {
		rs->damaged++;
		xfree(bytes);
		return;
	}
	b->bytes = bytes;
	rs->n_batches++;
	last = b->program.base + b->program.n_ops - 1;
	if (b->program.n_ops > 0 && last > rs->n_ops)
		rs->n_ops = last;
}

static void
take_group(struct ctl_records *rs, const char *field, void *bytes, size_t len)
{
	struct ctl_group *g;
	const char *dot = strchr(field, '.');

	rs->groups = xrealloc(rs->groups,
	    (rs->n_groups + 1) * sizeof(*rs->groups));
	g = &rs->groups[rs->n_groups];
	if (dot == NULL || record_group_open(&g->r,
	    (struct bytes){ bytes, len }, &g->body) == -1) {
		rs->damaged++;
		xfree(bytes);
		return;
	}
	g->bytes = bytes;
	g->len = len;
	g->name = xstrdup(field);
	g->epoch = strtoull(field, NULL, 10);
	g->counter = strtoull(dot + 1, NULL, 10);
	rs->n_groups++;
}

static void
walk(struct ctl *c, const char *g, const char *what, struct ctl_records *rs,
    visit_fn visit)
{
	char cursor[32] = "0";
	redisReply *r, *value;
	void *copy;
	size_t i;

	do {
		r = ctl_command(c, "HSCAN raven:graph:{%s}:%s %s COUNT %d", g,
		    what, cursor, HSCAN_COUNT);
		snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
		for (i = 0; i + 1 < r->element[1]->elements; i += 2) {
			value = r->element[1]->element[i + 1];
			copy = xmalloc((size_t)value->len);
			memcpy(copy, value->str, (size_t)value->len);
			visit(rs, r->element[1]->element[i]->str, copy,
			    (size_t)value->len);
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
}

static int
compare_batches(const void *a, const void *b)
{
	const struct ctl_batch *x = a, *y = b;

	return x->program.base < y->program.base ? -1 :
	    x->program.base > y->program.base;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct ctl_group *x = a, *y = b;

	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	return x->counter < y->counter ? -1 : x->counter > y->counter;
}

/* HSCAN may give a field twice when the hash grows. */
static void
drop_doubles(struct ctl_records *rs)
{
	size_t i, kept = 0;

	for (i = 0; i < rs->n_batches; i++) {
		if (kept > 0 && rs->batches[kept - 1].program.base ==
		    rs->batches[i].program.base)
			xfree(rs->batches[i].bytes);
		else
			rs->batches[kept++] = rs->batches[i];
	}
	rs->n_batches = kept;
	for (i = kept = 0; i < rs->n_groups; i++) {
		if (kept > 0 && compare_groups(&rs->groups[kept - 1],
		    &rs->groups[i]) == 0) {
			xfree(rs->groups[i].bytes);
			xfree(rs->groups[i].name);
		} else
			rs->groups[kept++] = rs->groups[i];
	}
	rs->n_groups = kept;
}

void
ctl_records_load(struct ctl *c, const char *g, struct ctl_records *rs)
{
	memset(rs, 0, sizeof(*rs));
	walk(c, g, "ops", rs, take_batch);
	walk(c, g, "groups", rs, take_group);
	if (rs->n_batches > 0)
		qsort(rs->batches, rs->n_batches, sizeof(*rs->batches),
		    compare_batches);
	if (rs->n_groups > 0)
		qsort(rs->groups, rs->n_groups, sizeof(*rs->groups),
		    compare_groups);
	drop_doubles(rs);
	if (rs->damaged > 0)
		report_notice(&c->report, "graph %s: %zu damaged, left out of "
		    "what is shown", g, rs->damaged);
}

void
ctl_records_clear(struct ctl_records *rs)
{
	size_t i;

	for (i = 0; i < rs->n_batches; i++)
		xfree(rs->batches[i].bytes);
	for (i = 0; i < rs->n_groups; i++) {
		xfree(rs->groups[i].bytes);
		xfree(rs->groups[i].name);
	}
	xfree(rs->batches);
	xfree(rs->groups);
}

const struct program *
ctl_find_op(const struct ctl_records *rs, uint32_t index, uint32_t *i)
{
	size_t low = 0, high = rs->n_batches, mid;
	const struct program *p;

	while (low < high) {
		mid = (low + high) / 2;
		p = &rs->batches[mid].program;
		if (index < p->base)
			high = mid;
		else if (index - p->base >= p->n_ops)
			low = mid + 1;
		else {
			*i = index - p->base;
			return p;
		}
	}
	return NULL;
}
