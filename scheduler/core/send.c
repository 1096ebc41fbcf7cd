/*
 * A grown group becomes an ASSIGN: the program renumbered from 0, small values
 * inside, large ones named with where they come from.
 */
#include "sched_priv.h"

struct packing {
	struct sched	*s;
	struct graph	*g;
	struct group	*k;
	uint32_t	 stamp;
	uint32_t	 inputs_cap, exports_cap;
};

static void
pack_input(struct packing *pk, uint32_t in)
{
	struct sched *s = pk->s;
	struct group *k = pk->k;
	struct op *o = &pk->g->ops[in];
	struct bytes data;
	uint8_t from = FROM_SENT;

	o->stamp = pk->stamp;
	if (value_small(pk->g, in, &data)) {
		o->got = program_write_inline(&s->writer,
		    graph_shape(pk->g, in), data.p, 0);
		return;
	}
	if (o->state == OP_COMPUTING)
		from = FROM_COMING;
	else if (value_held(s, pk->g, in, k->peer))
		from = FROM_HELD;
	o->got = program_write_given(&s->writer, graph_shape(pk->g, in),
	    k->n_inputs, 0);
	k->inputs = sched_room(k->inputs, &pk->inputs_cap, k->n_inputs + 1,
	    sizeof(*k->inputs));
	k->inputs[k->n_inputs++] = (struct group_input){ in, from };
	if (from == FROM_SENT)
		value_hold(s, pk->g, in, k->peer);
}

/* Needed outside the group: by Python, the record, or ops of other groups. */
static bool
pack_exports(const struct packing *pk, uint32_t op, uint32_t index)
{
	const struct graph *g = pk->g;
	const struct op *o = &g->ops[op], *c;
	uint32_t e;

	if (o->flags & (OPF_HELD | OPF_WANT | OPF_PERSIST))
		return true;
	for (e = o->first_edge; e != 0; e = g->edges[e].next) {
		c = &g->ops[g->edges[e].to];
		if (c->state == OP_PENDING ||
		    (c->state == OP_COMPUTING && c->group != index))
			return true;
	}
	return false;
}

/* What the op is in the group: data decides again what it decided before. */
static void
pack_shape(const struct packing *pk, uint32_t op, struct shape *shape)
{
	struct op_error e;

	*shape = *graph_shape(pk->g, op);
	if ((pk->g->ops[op].flags & OPF_OPEN) && shape_by_data(pk->g, op))
		(void)shape_infer(pk->s, pk->g, op, shape, &e);
}

static void
pack_op(struct packing *pk, uint32_t op, uint32_t index)
{
	struct sched *s = pk->s;
	struct graph *g = pk->g;
	const struct program *p = &g->batches[g->ops[op].batch].program;
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	struct shape shape;
	uint8_t flags = 0;

	for (k = 0; k < n; k++) {
		if (g->ops[refs[k]].stamp != pk->stamp)
			pack_input(pk, refs[k]);
	}
	s->work = sched_room(s->work, &s->work_cap, s->n_work + n + 1,
	    sizeof(*s->work));
	for (k = 0; k < n; k++)
		s->work[s->n_work + k] = g->ops[refs[k]].got;
	if (pack_exports(pk, op, index)) {
		flags = PROGRAM_EXPORT;
		g->ops[op].flags |= OPF_COMING;
		pk->k->exports = sched_room(pk->k->exports, &pk->exports_cap,
		    pk->k->n_exports + 1, sizeof(*pk->k->exports));
		pk->k->exports[pk->k->n_exports++] = op;
	}
	pack_shape(pk, op, &shape);
	g->ops[op].got = program_copy_op(&s->writer, p, op - p->base,
	    s->work + s->n_work, &shape, flags);
	g->ops[op].stamp = pk->stamp;
}

static void
send_assign(struct sched *s, struct graph *g, struct group *k)
{
	struct rec_input *in = xcalloc(k->n_inputs + 1, sizeof(*in));
	struct rec_want_export *ex = xcalloc(k->n_exports + 1, sizeof(*ex));
	struct msg m = { .id = M_ASSIGN };
	const struct value *v;
	uint32_t i;

	for (i = 0; i < k->n_inputs; i++) {
		v = value_slot(g, k->inputs[i].op);
		in[i].op = k->inputs[i].op;
		in[i].from = k->inputs[i].from;
		in[i].size = (uint64_t)shape_bytes(
		    graph_shape(g, k->inputs[i].op));
		if (v->known && k->inputs[i].from != FROM_COMING)
			in[i].digest = (struct bytes){ v->digest, DIGEST_LEN };
	}
	for (i = 0; i < k->n_exports; i++) {
		ex[i].op = k->exports[i] & ~EXPORT_UPLOAD;
		ex[i].upload = ex[i].op != k->exports[i];
	}
	m.assign.g = g->g;
	m.assign.epoch = k->epoch;
	m.assign.group = k->counter;
	m.assign.token = (struct bytes){ k->token, sizeof(k->token) };
	m.assign.name = str_of(g->name);
	m.assign.program = (struct bytes){ s->program.data, s->program.len };
	m.assign.inputs.v = in;
	m.assign.inputs.n = k->n_inputs;
	m.assign.exports.v = ex;
	m.assign.exports.n = k->n_exports;
	m.assign.predicted_us = (uint64_t)k->predicted_us;
	out_send(s->out, s->peers[k->peer]->session, &m, false);
	xfree(in);
	xfree(ex);
}

void
group_send(struct sched *s, uint32_t index)
{
	struct group *k = &s->groups[index];
	struct graph *g = s->graphs[k->graph];
	struct packing pk = { .s = s, .g = g, .k = k, .stamp = ++g->stamp };
	uint32_t i;

	program_writer_reset(&s->writer, 0);
	for (i = 0; i < k->n_ops; i++)
		pack_op(&pk, k->ops[i], index);
	ship_lineage(s, k);
	for (i = 0; i < k->n_exports; i++) {
		if (ship_uploads(s, k, index, k->exports[i]))
			k->exports[i] |= EXPORT_UPLOAD;
	}
	/* Coming values have no slot yet: room before pointers are taken. */
	for (i = 0; i < k->n_inputs; i++)
		(void)value_slot(g, k->inputs[i].op);
	buf_reset(&s->program);
	program_finish(&s->writer, &s->program);
	send_assign(s, g, k);
}
