/*
 * Results: what a run came to becomes values and one RESULT, which is kept
 * and sent again until it is acknowledged.
 */
#include "groups_priv.h"

#include <string.h>

#define EXPORT_HEAD	144	/* bytes of an export without its data */
#define ERROR_HEAD	64
#define MESSAGE_HEAD	256
#define MISSING		UINT32_MAX

/* ---- keeping ---- */

static void
keep(struct participant *p, const struct group *g, struct msg *m)
{
	struct result *r = xcalloc(1, sizeof(*r));

	m->id = M_RESULT;
	m->result.g = r->g = g->g;
	m->result.epoch = r->epoch = g->epoch;
	m->result.group = r->number = g->number;
	memcpy(r->token, g->token, g->token_len);
	r->token_len = g->token_len;
	m->result.token.p = r->token;
	m->result.token.n = r->token_len;
	buf_init(&r->message);
	msg_encode(&r->message, m);
	*p->results_end = r;
	p->results_end = &r->next;
	p->n_results++;
	p->changed = true;
	if (p->told)
		participant_send_bytes(p, &r->message);
}

void
result_refuse(struct participant *p, const struct group *g, enum error code,
    const int64_t a[4])
{
	struct rec_op_error e = { .code = code, .args = { a, 4 } };
	struct msg m = { .id = M_RESULT };

	m.result.errors.v = &e;
	m.result.errors.n = 1;
	keep(p, g, &m);
	p->groups_refused++;
}

static struct result **
find(struct participant *p, uint64_t g, uint64_t epoch, uint64_t number)
{
	struct result **at = &p->results;

	while (*at != NULL && ((*at)->g != g || (*at)->epoch != epoch ||
	    (*at)->number != number))
		at = &(*at)->next;
	return at;
}

bool
result_again(struct participant *p, uint64_t g, uint64_t epoch, uint64_t number)
{
	struct result *r = *find(p, g, epoch, number);

	if (r == NULL)
		return false;
	participant_send_bytes(p, &r->message);
	return true;
}

bool
result_drop(struct participant *p, uint64_t g, uint64_t epoch, uint64_t number)
{
	struct result **at = find(p, g, epoch, number), *r = *at;

	if (r == NULL)
		return false;
	*at = r->next;
	if (p->results_end == &r->next)
		p->results_end = at;
	buf_clear(&r->message);
	xfree(r);
	p->n_results--;
	p->changed = true;
	return true;
}

void
on_ack(struct participant *p, const struct msg *msg)
{
	const struct msg_ack *m = &msg->ack;

	(void)result_drop(p, m->g, m->epoch, m->group);
}

/* ---- errors ---- */

static const struct op_error *
error_of(const struct participant_outcome *o, uint32_t op)
{
	size_t low = 0, high = o->n_errors, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (o->errors[mid].op < op)
			low = mid + 1;
		else
			high = mid;
	}
	return low < o->n_errors && o->errors[low].op == op ?
	    &o->errors[low] : NULL;
}

/* The export at a program's op, or MISSING. */
static uint32_t
export_at(const struct group *g, uint32_t at)
{
	size_t low = 0, high = g->n_exports, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (g->exports[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->n_exports && g->exports[low].at == at ?
	    (uint32_t)low : MISSING;
}

/*
 * Why an export has no value.  If what failed is exported too, the scheduler
 * hears of it by itself, and of this one as dependent; else this one carries
 * the cause.
 */
static void
write_error(const struct group *g, const struct participant_outcome *o,
    const struct group_export *x, int64_t dependent[4], struct rec_op_error *e)
{
	static const int64_t none[4] = { 0 };
	const struct op_error *err = error_of(o, x->at), *root = err;
	uint32_t cause;

	/* a[0] is lower each time. */
	while (root != NULL && root->code == E_DEPENDS &&
	    root->a[0] >= 0 && root->a[0] < root->op)
		root = error_of(o, (uint32_t)root->a[0]);
	e->op = x->op;
	e->code = root == NULL ? E_INTERNAL : root->code;
	e->args.v = root == NULL ? none : root->a;
	e->args.n = 4;
	if (root == NULL || root == err)
		return;
	cause = export_at(g, root->op);
	if (cause == MISSING)
		return;
	e->code = E_DEPENDS;
	dependent[0] = (int64_t)g->exports[cause].op;
	e->args.v = dependent;
}

/* ---- values ---- */

struct made {
	struct blob		**blobs;	/* by export; NULL: no value */
	struct rec_export	*exports;
	size_t			 n;
	struct rec_op_error	*errors;
	int64_t			(*dependent)[4];
	size_t			 n_errors;
};

static void
made_free(struct participant *p, const struct group *g, struct made *d)
{
	size_t i;

	for (i = 0; i < g->n_exports; i++)
		values_unref(&p->values, d->blobs[i]);
	xfree(d->blobs);
	xfree(d->exports);
	xfree(d->errors);
	xfree(d->dependent);
}

/* Takes the bytes of every export; false: they do not fit in what is lent. */
static bool
take_blobs(struct participant *p, const struct group *g,
    const struct participant_outcome *o, struct made *d, int64_t a[4])
{
	struct participant_export *x;
	struct blob *b;
	bool fits = true;
	uint32_t at;
	size_t i;

	for (i = 0; i < o->n_exports; i++) {
		x = &o->exports[i];
		at = export_at(g, x->op);
		b = NULL;
		if (fits && at != MISSING && d->blobs[at] == NULL &&
		    (x->bytes != NULL || x->size == 0)) {
			b = values_blob(&p->values, &x->shape, x->size,
			    x->bytes);
			if (b != NULL)
				memcpy(b->digest, x->digest, DIGEST_LEN);
			d->blobs[at] = b;
		}
		if (b == NULL) {
			xfree(x->bytes);
			fits = fits && at == MISSING;
			a[0] = (int64_t)(p->values.bytes + x->size);
			a[1] = (int64_t)p->memory;
		}
		x->bytes = NULL;
	}
	return fits;
}

static void
write_export(struct made *d, const struct group_export *x, struct blob *b)
{
	struct rec_export *e = &d->exports[d->n++];

	e->op = x->op;
	e->dtype = b->shape.dtype;
	e->dims.v = b->shape.dims;
	e->dims.n = b->shape.ndim;
	e->size = b->size;
	e->digest.p = b->digest;
	e->digest.n = DIGEST_LEN;
	if (b->size <= MSG_SMALL) {
		e->data.p = b->data;
		e->data.n = b->size;
	}
}

static void
write_tables(const struct group *g, const struct participant_outcome *o,
    struct made *d)
{
	size_t i;

	for (i = 0; i < g->n_exports; i++) {
		if (d->blobs[i] != NULL)
			write_export(d, &g->exports[i], d->blobs[i]);
		else {
			write_error(g, o, &g->exports[i],
			    d->dependent[d->n_errors], &d->errors[d->n_errors]);
			d->n_errors++;
		}
	}
}

/* Thousands of small values can be more than one message holds. */
static bool
fits_message(const struct made *d)
{
	uint64_t size = MESSAGE_HEAD + (uint64_t)d->n_errors * ERROR_HEAD;
	size_t i;

	for (i = 0; i < d->n; i++)
		size += EXPORT_HEAD + d->exports[i].data.n;
	return size <= msg_row(M_RESULT)->max_bytes;
}

/* Keeps the values and gives them to the groups that wait; large ones that
 * are wanted elsewhere are uploaded. */
static void
spread(struct participant *p, struct group *g, const struct made *d)
{
	struct value *v;
	struct blob *b;
	size_t i;

	for (i = 0; i < g->n_exports; i++) {
		if ((b = d->blobs[i]) == NULL)
			continue;
		v = values_find(&p->values, g->g, g->exports[i].op);
		if (v != NULL && v->blob == NULL) {
			values_fill(&p->values, v, b);
			group_hand_out(p, v);
		}
		if (b->size > MSG_SMALL && g->exports[i].upload)
			transfer_upload(p, b);
	}
}

static void
count(struct participant *p, const struct group *g,
    const struct participant_outcome *o)
{
	uint32_t i;

	p->groups_done++;
	p->units_done += o->units;
	p->compute_us += o->compute_us;
	for (i = 0; i < g->program.n_ops; i++)
		if (g->program.ops[i].place == PLACE_NONE)
			p->ops_done++;
}

/* Answers with what was made; E_MEMORY if it does not fit. */
static enum error
answer(struct participant *p, struct group *g,
    const struct participant_outcome *o, struct made *d, int64_t a[4])
{
	struct msg m = { .id = M_RESULT };

	if (!take_blobs(p, g, o, d, a))
		return E_MEMORY;
	write_tables(g, o, d);
	if (!fits_message(d))
		return E_MEMORY;	/* in smaller groups it will */
	m.result.exports.v = d->exports;
	m.result.exports.n = d->n;
	m.result.errors.v = d->errors;
	m.result.errors.n = d->n_errors;
	m.result.compute_us = o->compute_us;
	m.result.wall_us = o->wall_us;
	keep(p, g, &m);
	spread(p, g, d);
	count(p, g, o);
	return E_OK;
}

static void
finish(struct participant *p, struct group *g,
    const struct participant_outcome *o)
{
	struct made d = { 0 };
	int64_t a[4] = { 0 };

	if (o->refused != E_OK) {
		result_refuse(p, g, o->refused, o->a);
		return;
	}
	d.blobs = xcalloc(g->n_exports, sizeof(*d.blobs));
	d.exports = xcalloc(g->n_exports, sizeof(*d.exports));
	d.errors = xcalloc(g->n_exports, sizeof(*d.errors));
	d.dependent = xcalloc(g->n_exports, sizeof(*d.dependent));
	if (answer(p, g, o, &d, a) != E_OK)
		result_refuse(p, g, E_MEMORY, a);
	made_free(p, g, &d);
}

/* ---- events of the slots ---- */

/* The group, if run is what the slot computes. */
static struct group *
running(const struct participant *p, uint32_t slot, uint32_t run)
{
	if (slot >= PARTICIPANT_SLOTS || p->slot[slot].run != run ||
	    p->slot[slot].start)
		return NULL;
	return p->slot[slot].group;
}

bool
participant_runs(const struct participant *p, uint32_t slot, uint32_t run)
{
	return running(p, slot, run) != NULL;
}

void
participant_progress(struct participant *p, uint32_t slot, uint32_t run,
    uint64_t done, uint64_t total)
{
	struct group *g = running(p, slot, run);

	if (g == NULL)
		return;
	g->done = done;
	g->total = total;
	p->changed = true;
}

void
participant_done(struct participant *p, uint32_t slot, uint32_t run,
    const struct participant_outcome *o, uint64_t now_us)
{
	struct group *g = running(p, slot, run);
	size_t i;

	p->now_us = now_us;
	if (g != NULL) {
		p->slot[slot].group = NULL;
		p->slot[slot].ready_us = now_us +
		    (uint64_t)((double)o->wall_us * (1 / p->duty - 1));
		finish(p, g, o);
		group_free(p, g);
		groups_reap(p);
	}
	for (i = 0; i < o->n_exports; i++) {
		xfree(o->exports[i].bytes);
		o->exports[i].bytes = NULL;
	}
	groups_start(p);
}
