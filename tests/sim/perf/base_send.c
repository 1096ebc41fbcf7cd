/*
 * Baselines: groups as ASSIGN messages.
 */
#include <string.h>

#include "base.h"

struct packing {
	struct base		*b;
	uint32_t		 host, group;
	uint32_t		*place;		/* op -> its number, + 1 */
	struct rec_input	*inputs;
	size_t			 n_inputs, inputs_cap;
	struct rec_want_export	*exports;
	size_t			 n_exports;
};

bool
base_held(const struct base *b, uint32_t host, uint32_t op)
{
	return b->hosts[host].held[op / 8] >> op % 8 & 1;
}

void
base_hold(struct base *b, uint32_t host, uint32_t op)
{
	b->hosts[host].held[op / 8] |= (uint8_t)(1u << op % 8);
}

static void
pack_given(struct packing *p, uint32_t op)
{
	struct base *b = p->b;
	struct base_op *o = &b->ops[op];
	struct rec_input *in;

	p->place[op] = 1 + program_write_given(&b->writer,
	    &b->w->ops[op].shape, (uint32_t)p->n_inputs, 0);
	if (p->n_inputs == p->inputs_cap) {
		p->inputs_cap = p->inputs_cap == 0 ? 64 : p->inputs_cap * 2;
		p->inputs = xrealloc(p->inputs, p->inputs_cap *
		    sizeof(*p->inputs));
	}
	in = &p->inputs[p->n_inputs++];
	*in = (struct rec_input){ .op = op, .size = b->w->ops[op].bytes };
	in->from = o->state == BASE_OUT_THERE ? FROM_COMING :
	    base_held(b, p->host, op) ? FROM_HELD : FROM_SENT;
	if (in->from != FROM_COMING)
		in->digest = (struct bytes){ o->digest, DIGEST_LEN };
	if (in->from == FROM_SENT)
		base_hold(b, p->host, op);
}

static void
pack_input(struct packing *p, uint32_t op)
{
	struct base *b = p->b;

	if (p->place[op] != 0)
		return;
	if (b->ops[op].data != NULL)
		p->place[op] = 1 + program_write_inline(&b->writer,
		    &b->w->ops[op].shape, b->ops[op].data, 0);
	else
		pack_given(p, op);
}

/* Needed elsewhere: wanted, or by a consumer that is planned for another. */
static bool
uploads(const struct base *b, uint32_t op, uint32_t host)
{
	uint32_t i;

	if (b->w->ops[op].bytes <= MSG_SMALL)
		return false;
	if (b->w->ops[op].wanted || b->policy == POLICY_RANDOM ||
	    b->policy == POLICY_FIFTY)
		return true;
	for (i = b->first_out[op]; i < b->first_out[op + 1] &&
	    b->policy == POLICY_HEFT; i++)
		if (b->ops[b->out[i]].host != host)
			return true;
	return false;
}

static bool
is_export(const struct base *b, uint32_t op, uint32_t group)
{
	uint32_t i;

	if (b->w->ops[op].wanted)
		return true;
	for (i = b->first_out[op]; i < b->first_out[op + 1]; i++)
		if (b->ops[b->out[i]].state == BASE_WAITS ||
		    b->ops[b->out[i]].group != group)
			return true;
	return false;
}

static void
pack_op(struct packing *p, uint32_t op)
{
	struct base *b = p->b;
	const struct work_op *wo = &b->w->ops[op];
	const struct program *from = &b->programs[(op - 1) / WORK_BATCH];
	uint32_t in[8], k;
	bool export = is_export(b, op, p->group);

	for (k = 0; k < wo->n_in; k++)
		pack_input(p, b->w->in[wo->first_in + k]);
	for (k = 0; k < wo->n_in; k++)
		in[k] = p->place[b->w->in[wo->first_in + k]] - 1;
	p->place[op] = 1 + program_copy_op(&b->writer, from, op - from->base,
	    in, &wo->shape, export ? PROGRAM_EXPORT : 0);
	if (!export)
		return;
	b->ops[op].asked = uploads(b, op, p->host);
	p->exports[p->n_exports++] = (struct rec_want_export){ op,
		b->ops[op].asked };
}

static uint32_t
group_new(struct base *b, uint32_t host, const uint32_t *ops, uint32_t n)
{
	struct base_group *k;
	uint32_t i;

	if (b->n_groups + 1 > b->groups_cap) {
		b->groups_cap = b->groups_cap == 0 ? 256 : b->groups_cap * 2;
		b->groups = xrealloc(b->groups, b->groups_cap *
		    sizeof(*b->groups));
	}
	k = &b->groups[b->n_groups];
	*k = (struct base_group){ .host = host, .n = n, .out = true };
	k->ops = xmalloc(n * sizeof(*ops));
	memcpy(k->ops, ops, n * sizeof(*ops));
	for (i = 0; i < n; i++) {
		b->ops[ops[i]].group = b->n_groups;
		b->ops[ops[i]].host = host;
		b->ops[ops[i]].state = BASE_OUT_THERE;
	}
	b->hosts[host].n_out++;
	return b->n_groups++;
}

static void
send_packed(struct packing *p)
{
	struct base *b = p->b;
	struct msg m = { .id = M_ASSIGN };

	buf_reset(&b->program);
	program_finish(&b->writer, &b->program);
	m.assign.g = m.assign.epoch = 1;
	m.assign.group = p->group;
	m.assign.token.p = (const uint8_t *)"0123456789abcdef";
	m.assign.token.n = 16;
	m.assign.name = str_of(b->w->name);
	m.assign.program.p = b->program.data;
	m.assign.program.n = b->program.len;
	m.assign.inputs.v = p->inputs;
	m.assign.inputs.n = p->n_inputs;
	m.assign.exports.v = p->exports;
	m.assign.exports.n = p->n_exports;
	out_send(b->to, b->hosts[p->host].session, &m, false);
}

void
base_send(struct base *b, uint32_t host, const uint32_t *ops, uint32_t n)
{
	struct packing p = { .b = b, .host = host };
	uint32_t i;

	p.group = group_new(b, host, ops, n);
	p.place = xcalloc(b->w->n_ops + 1, sizeof(*p.place));
	p.exports = xcalloc(n, sizeof(*p.exports));
	program_writer_reset(&b->writer, 0);
	for (i = 0; i < n; i++)
		pack_op(&p, ops[i]);
	send_packed(&p);
	xfree(p.place);
	xfree(p.inputs);
	xfree(p.exports);
}
