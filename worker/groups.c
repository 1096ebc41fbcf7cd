/*
 * Groups, from ASSIGN to ACK: which inputs they wait for, which slot computes
 * them, what their RESULT says.  A group that cannot run is answered with one
 * error, and goes elsewhere; groups that wait for its exports go with it.
 * Dies of: no memory for the tables of a group (their size is bounded).
 */
#include "groups_priv.h"

#include <string.h>

#define PROGRESS_US	1000000

/* ---- freeing ---- */

/* A value that will not come: its waiters are doomed.  need: its bytes, when
 * it did not fit. */
static void
fail_value(struct participant *p, struct value *v, enum error code,
    uint64_t need)
{
	struct waiter *w;
	struct group *g;

	for (w = v->waiters; w != NULL; w = w->next) {
		g = w->group;
		if (g->doomed != E_OK)
			continue;
		g->doomed = code;
		g->why[0] = code == E_MEMORY ? (int64_t)need : w->input;
		g->why[1] = code == E_MEMORY ? (int64_t)p->memory : 0;
	}
	values_remove(&p->values, v);
}

static void
free_inputs(struct participant *p, struct group *g)
{
	struct value *v;
	size_t i;

	for (i = 0; i < g->n_inputs; i++) {
		if (g->inputs[i].blob != NULL)
			values_unref(&p->values, g->inputs[i].blob);
		else if ((v = values_find(&p->values, g->g,
		    g->inputs[i].op)) != NULL)
			values_unwait(v, g);
	}
}

/* Frees a group that is in no list; what only it would have made, fails. */
void
group_free(struct participant *p, struct group *g)
{
	struct value *v;
	size_t i;

	free_inputs(p, g);
	for (i = 0; i < g->n_exports; i++) {
		v = values_find(&p->values, g->g, g->exports[i].op);
		if (v == NULL || v->producer != g)
			continue;
		v->producer = NULL;
		if (!v->sent)
			fail_value(p, v, E_NO_INPUT, 0);
	}
	xfree(g->inputs);
	xfree(g->exports);
	xfree(g->given);
	xfree(g->bytes);
	xfree(g);
	p->n_groups--;
	p->changed = true;
}

static struct group *
unlink_waiting(struct participant *p, struct group **at)
{
	struct group *g = *at;

	*at = g->next;
	if (p->groups_end == &g->next)
		p->groups_end = at;
	g->next = NULL;
	return g;
}

/* Answers (unless silent) and frees the groups whose inputs failed; freeing
 * one can doom others. */
static void
reap_doomed(struct participant *p, bool silent)
{
	struct group **at = &p->groups, *g;

	while ((g = *at) != NULL) {
		if (g->doomed == E_OK) {
			at = &g->next;
			continue;
		}
		unlink_waiting(p, at);
		if (!silent)
			result_refuse(p, g, g->doomed, g->why);
		group_free(p, g);
		at = &p->groups;
	}
}

void
groups_reap(struct participant *p)
{
	reap_doomed(p, false);
}

static void
stop_slot(struct participant *p, struct slot *s)
{
	struct group *g = s->group;

	if (s->start)
		s->start = false;	/* the host never heard of it */
	else {
		s->stop = true;
		s->stop_run = s->run;
	}
	s->group = NULL;
	group_free(p, g);
}

void
groups_hand_back(struct participant *p)
{
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++)
		if (p->slot[i].group != NULL)
			stop_slot(p, &p->slot[i]);
	while (p->groups != NULL)
		group_free(p, unlink_waiting(p, &p->groups));
}

void
groups_free(struct participant *p)
{
	struct result *r;

	groups_hand_back(p);
	while ((r = p->results) != NULL) {
		p->results = r->next;
		buf_clear(&r->message);
		xfree(r);
	}
}

/* What the gateway was about to bring, it will not bring any more; the
 * scheduler sees in ANNOUNCE which groups are gone. */
void
groups_lost_connection(struct participant *p)
{
	struct value *v, *next;

	for (v = p->values.expected; v != NULL; v = next) {
		next = v->next;
		v->sent = false;
		if (v->producer == NULL)
			fail_value(p, v, E_NO_INPUT, 0);
	}
	reap_doomed(p, true);
}

/* ---- inputs ---- */

void
group_hand_out(struct participant *p, struct value *v)
{
	struct waiter *w;

	while ((w = v->waiters) != NULL) {
		v->waiters = w->next;
		w->group->inputs[w->input].blob = blob_ref(v->blob);
		w->group->missing--;
		xfree(w);
	}
	if (v->forget)
		values_remove(&p->values, v);
}

void
groups_filled(struct participant *p, struct blob *b)
{
	struct value *v;

	while ((v = values_awaited(&p->values, b->digest)) != NULL) {
		values_fill(&p->values, v, b);
		group_hand_out(p, v);
	}
	groups_start(p);
}

void
groups_fail_digest(struct participant *p, const uint8_t digest[DIGEST_LEN],
    enum error code, uint64_t need)
{
	struct value *v;

	while ((v = values_awaited(&p->values, digest)) != NULL) {
		v->sent = false;
		if (v->producer == NULL)
			fail_value(p, v, code, need);
	}
	groups_reap(p);
}

static enum error
resolve(struct participant *p, struct group *g, uint32_t i,
    const struct rec_input *in)
{
	struct value *v = values_find(&p->values, g->g, in->op);
	bool has_digest = in->digest.n == DIGEST_LEN;

	if (v != NULL && v->blob != NULL) {
		if (has_digest &&
		    memcmp(v->blob->digest, in->digest.p, DIGEST_LEN) != 0)
			return E_NO_INPUT;
		g->inputs[i].blob = blob_ref(v->blob);
		return E_OK;
	}
	if (in->from == FROM_SENT && has_digest) {
		v = values_expect(&p->values, g->g, in->op);
		v->sent = true;
		v->forget = false;
		memcpy(v->digest, in->digest.p, DIGEST_LEN);
	}
	if (v == NULL)
		return E_NO_INPUT;
	values_wait(v, g, i);
	g->missing++;
	return E_OK;
}

static enum error
resolve_all(struct participant *p, struct group *g, const struct msg_assign *m,
    int64_t a[4])
{
	enum error err = E_OK;
	uint32_t i;

	for (i = 0; i < g->n_inputs && err == E_OK; i++) {
		err = resolve(p, g, i, &m->inputs.v[i]);
		a[0] = i;
	}
	return err;
}

/* Later groups may name this one's exports as coming. */
static void
expect_exports(struct participant *p, struct group *g)
{
	struct value *v;
	size_t i;

	for (i = 0; i < g->n_exports; i++) {
		v = values_expect(&p->values, g->g, g->exports[i].op);
		if (v->blob == NULL && v->producer == NULL)
			v->producer = g;
	}
}

/* ---- ASSIGN ---- */

/* The program's flagged ops are the exports, its GIVEN sources the inputs. */
static enum error
check_tables(struct group *g)
{
	const struct program_op *op;
	size_t given = 0, exports = 0;
	uint32_t i;

	for (i = 0; i < g->program.n_ops; i++) {
		op = &g->program.ops[i];
		if (op->place == PLACE_GIVEN)
			given++;
		if ((op->flags & PROGRAM_EXPORT) == 0)
			continue;
		if (exports < g->n_exports)
			g->exports[exports].at = i;
		exports++;
	}
	return given == g->n_inputs && exports == g->n_exports &&
	    g->program.base == 0 ? E_OK : E_BAD_PROGRAM;
}

static enum error
take_program(struct group *g, const struct msg_assign *m, int64_t a[4])
{
	struct op_error why;
	enum error err;

	g->bytes = xtry_malloc(m->program.n);
	if (g->bytes == NULL) {
		a[0] = (int64_t)m->program.n;
		return E_MEMORY;
	}
	memcpy(g->bytes, m->program.p, m->program.n);
	err = program_open(&g->program, g->bytes, m->program.n, GROUP_OPS,
	    &why);
	if (err != E_OK) {
		memcpy(a, why.a, sizeof(why.a));
		return err;
	}
	return check_tables(g);
}

static struct group *
group_new(struct participant *p, const struct msg_assign *m)
{
	struct group *g = xcalloc(1, sizeof(*g));
	size_t i, n = m->name.n < sizeof(g->name) ? m->name.n :
	    sizeof(g->name) - 1;

	g->g = m->g;
	g->epoch = m->epoch;
	g->number = m->group;
	g->token_len = m->token.n;
	if (m->token.n > 0)
		memcpy(g->token, m->token.p, m->token.n);
	while (n > 0 && n < m->name.n && ((uint8_t)m->name.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(g->name, m->name.p, n);
	g->predicted_us = m->predicted_us;
	g->n_inputs = m->inputs.n;
	g->inputs = xcalloc(g->n_inputs, sizeof(*g->inputs));
	for (i = 0; i < g->n_inputs; i++)
		g->inputs[i].op = m->inputs.v[i].op;
	g->n_exports = m->exports.n;
	g->exports = xcalloc(g->n_exports, sizeof(*g->exports));
	for (i = 0; i < g->n_exports; i++) {
		g->exports[i].op = m->exports.v[i].op;
		g->exports[i].upload = m->exports.v[i].upload;
	}
	p->n_groups++;
	p->changed = true;
	return g;
}

static bool
same_group(const struct group *g, const struct msg_assign *m)
{
	return g->g == m->g && g->epoch == m->epoch && g->number == m->group;
}

/* A group assigned twice (the scheduler restarted) goes on under its token. */
static bool
have_already(struct participant *p, const struct msg_assign *m)
{
	struct group *g = NULL, *w;
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++)
		if (p->slot[i].group != NULL &&
		    same_group(p->slot[i].group, m))
			g = p->slot[i].group;
	for (w = p->groups; w != NULL && g == NULL; w = w->next)
		if (same_group(w, m))
			g = w;
	if (g == NULL)
		return result_again(p, m->g, m->epoch, m->group);
	g->token_len = m->token.n;
	if (m->token.n > 0)
		memcpy(g->token, m->token.p, m->token.n);
	return true;
}

void
on_assign(struct participant *p, const struct msg *msg)
{
	const struct msg_assign *m = &msg->assign;
	int64_t a[4] = { 0 };
	struct group *g;
	enum error err;

	/* Paused or not joined: the scheduler has counted it back. */
	if (!p->told || p->paused == PAUSE_NOW || have_already(p, m))
		return;
	if (p->n_groups + p->n_results >= GROUPS_MOST) {
		participant_fault(p, E_RATE, "more groups than can be out");
		return;
	}
	g = group_new(p, m);
	err = take_program(g, m, a);
	if (err == E_OK)
		err = resolve_all(p, g, m, a);
	if (err != E_OK) {
		result_refuse(p, g, err, a);
		group_free(p, g);
		return;
	}
	expect_exports(p, g);
	*p->groups_end = g;
	p->groups_end = &g->next;
	groups_start(p);
}

/* ---- slots ---- */

static struct group *
take_complete(struct participant *p)
{
	struct group **at;

	for (at = &p->groups; *at != NULL; at = &(*at)->next)
		if ((*at)->missing == 0)
			return unlink_waiting(p, at);
	return NULL;
}

static void
start(struct participant *p, struct slot *s, struct group *g)
{
	size_t i;

	g->given = xcalloc(g->n_inputs, sizeof(*g->given));
	for (i = 0; i < g->n_inputs; i++) {
		g->given[i].p = g->inputs[i].blob->data;
		g->given[i].n = g->inputs[i].blob->size;
	}
	g->started_us = g->told_us = p->now_us;
	s->group = g;
	s->run = ++p->last_run;
	s->start = true;
	p->changed = true;
}

void
groups_start(struct participant *p)
{
	struct group *g;
	uint32_t i;

	if (p->paused == PAUSE_NOW)
		return;
	for (i = 0; i < p->slots; i++) {
		if (p->slot[i].group != NULL ||
		    p->slot[i].ready_us > p->now_us)
			continue;
		if ((g = take_complete(p)) == NULL)
			return;
		start(p, &p->slot[i], g);
	}
}

void
groups_tick(struct participant *p)
{
	struct msg m = { .id = M_PROGRESS };
	struct group *g;
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		g = p->slot[i].group;
		if (g == NULL || p->now_us - g->told_us < PROGRESS_US)
			continue;
		g->told_us = p->now_us;
		m.progress.g = g->g;
		m.progress.epoch = g->epoch;
		m.progress.group = g->number;
		m.progress.done = g->done;
		m.progress.total = g->total;
		if (p->told)
			participant_send(p, &m);
	}
}

uint64_t
groups_deadline(const struct participant *p)
{
	uint64_t at = UINT64_MAX, t;
	const struct slot *s;
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		s = &p->slot[i];
		if (s->group != NULL)
			t = s->group->told_us + PROGRESS_US;
		else if (i < p->slots && p->groups != NULL &&
		    s->ready_us > p->now_us)
			t = s->ready_us;
		else
			continue;
		if (t < at)
			at = t;
	}
	return at;
}

/* ---- CANCEL, REFUSE, DROP ---- */

/* Out of the slots and the waiting list, without an answer. */
static bool
drop_group(struct participant *p, uint64_t g, uint64_t epoch, uint64_t number)
{
	struct group **at, *w;
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		w = p->slot[i].group;
		if (w != NULL && w->g == g && w->epoch == epoch &&
		    w->number == number) {
			stop_slot(p, &p->slot[i]);
			return true;
		}
	}
	for (at = &p->groups; (w = *at) != NULL; at = &w->next) {
		if (w->g == g && w->epoch == epoch && w->number == number) {
			group_free(p, unlink_waiting(p, at));
			return true;
		}
	}
	return false;
}

void
on_cancel(struct participant *p, const struct msg *msg)
{
	const struct rec_group_ref *r;
	size_t i;

	for (i = 0; i < msg->cancel.groups.n; i++) {
		r = &msg->cancel.groups.v[i];
		if (drop_group(p, r->g, r->epoch, r->group) ||
		    result_drop(p, r->g, r->epoch, r->group))
			p->groups_cancelled++;
	}
	groups_reap(p);
	groups_start(p);
}

void
groups_forget(struct participant *p, uint64_t g, uint64_t epoch,
    uint64_t number)
{
	if (!drop_group(p, g, epoch, number))
		(void)result_drop(p, g, epoch, number);
	groups_reap(p);
	groups_start(p);
}

struct drop {
	struct participant	*p;
	uint64_t		 g;
};

static void
drop_value(struct participant *p, struct value *v)
{
	if (v->waiters != NULL)
		v->forget = true;
	else
		values_remove(&p->values, v);
}

static void
drop_of_graph(struct value *v, void *arg)
{
	struct drop *d = arg;

	if (v->g == d->g)
		drop_value(d->p, v);
}

void
on_drop(struct participant *p, const struct msg *msg)
{
	const struct rec_value_ref *r;
	struct drop d = { p, 0 };
	struct value *v;
	size_t i;

	for (i = 0; i < msg->drop.values.n; i++) {
		r = &msg->drop.values.v[i];
		if (r->op == 0) {
			d.g = r->g;
			values_each(&p->values, drop_of_graph, &d);
		} else if ((v = values_find(&p->values, r->g, r->op)) != NULL)
			drop_value(p, v);
	}
	p->changed = true;
}
