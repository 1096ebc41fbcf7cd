/*
 * The command list of the scheduler core.
 */
#include "out.h"

#include <string.h>

#include "common/xalloc.h"

void
out_init(struct sched_out *o)
{
	memset(o, 0, sizeof(*o));
	buf_init(&o->bytes);
}

void
out_clear(struct sched_out *o)
{
	buf_clear(&o->bytes);
	xfree(o->sends);
	xfree(o->writes);
	out_init(o);
}

void
out_reset(struct sched_out *o)
{
	buf_reset(&o->bytes);
	o->n_sends = o->n_writes = 0;
}

void
out_send(struct sched_out *o, uint64_t session, const struct msg *m, bool wait)
{
	size_t at = o->bytes.len;

	if (o->n_sends == o->sends_cap) {
		o->sends_cap = o->sends_cap ? o->sends_cap * 2 : 64;
		o->sends = xrealloc(o->sends, o->sends_cap * sizeof(*o->sends));
	}
	msg_encode(&o->bytes, m);
	o->sends[o->n_sends++] = (struct out_send){ session, at,
		o->bytes.len - at, wait };
}

static size_t
out_copy(struct sched_out *o, struct bytes b)
{
	size_t at = o->bytes.len;

	if (b.n > 0)
		buf_add(&o->bytes, b.p, b.n);
	return at;
}

void
out_write(struct sched_out *o, enum store_op op, uint64_t g, struct bytes key,
    struct bytes field, struct bytes value, uint64_t score)
{
	struct out_write *w;

	if (o->n_writes == o->writes_cap) {
		o->writes_cap = o->writes_cap ? o->writes_cap * 2 : 64;
		o->writes = xrealloc(o->writes,
		    o->writes_cap * sizeof(*o->writes));
	}
	w = &o->writes[o->n_writes++];
	*w = (struct out_write){ .op = op, .g = g, .score = score };
	w->key = out_copy(o, key);
	w->key_len = key.n;
	w->field = out_copy(o, field);
	w->field_len = field.n;
	w->value = out_copy(o, value);
	w->value_len = value.n;
}

struct bytes
out_message(const struct sched_out *o, size_t i)
{
	return (struct bytes){ o->bytes.data + o->sends[i].at,
	    o->sends[i].len };
}

void
out_store_write(const struct sched_out *o, size_t i, struct store_write *s)
{
	const struct out_write *w = &o->writes[i];
	const uint8_t *d = o->bytes.data;

	*s = (struct store_write){ .op = w->op, .g = w->g, .v = w->v,
		.score = w->score };
	s->key = (struct bytes){ d + w->key, w->key_len };
	s->field = (struct bytes){ d + w->field, w->field_len };
	s->value = (struct bytes){ d + w->value, w->value_len };
}
