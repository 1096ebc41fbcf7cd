/*
 * A participant under a hostile server: the input is a list of events, each a
 * kind byte, a length (u16), and that many bytes, which are a message or tell
 * what the host does.  Groups that it takes are run by the real executor.
 */
#include <stdlib.h>
#include <string.h>

#include "common/op.h"
#include "compute/exec.h"
#include "worker/participant.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MEMORY	65536
#define STEPS	64

enum { MESSAGE, LOST, OPENED, RUN, LATER, PAUSE, SLOTS, LEAVE, KINDS };

struct host {
	struct participant		*p;
	uint64_t			 now;
	struct participant_command	 run[PARTICIPANT_SLOTS];
	bool				 busy[PARTICIPANT_SLOTS];
	size_t				 events;
};

static void
pump(struct host *h)
{
	struct participant_command c;

	(void)participant_tick(h->p, h->now);
	while (participant_next(h->p, 0, &c)) {
		if (c.kind == PC_RUN) {
			h->run[c.slot] = c;
			h->busy[c.slot] = true;
		} else if (c.kind == PC_STOP)
			h->busy[c.slot] = false;
		else if (c.kind == PC_BENCH) {
			struct bench_result r = { .n = 1 };

			participant_benched(h->p, &r, 1, h->now);
		}
	}
}

static void
take_exports(struct exec *e, struct participant_outcome *o)
{
	struct participant_export *x;
	struct exec_value v;
	size_t i;

	o->n_exports = exec_exports(e);
	o->exports = xcalloc(o->n_exports, sizeof(*o->exports));
	for (i = 0; i < o->n_exports; i++) {
		exec_export(e, i, &v);
		x = &o->exports[i];
		x->op = v.op;
		x->shape = v.shape;
		x->size = v.size;
		x->bytes = xtry_malloc(v.size);
		if (x->bytes != NULL && v.size > 0)
			memcpy(x->bytes, v.bytes, v.size);
		tensor_digest(&v.shape, v.bytes, x->digest);
	}
}

static void
run(struct host *h, uint32_t slot)
{
	const struct participant_command *c = &h->run[slot];
	struct participant_outcome o = { 0 };
	struct op_error errors[64], why = { 0 };
	struct exec *e = exec_new();
	unsigned steps = 0;

	h->busy[slot] = false;
	o.refused = exec_load(e, c->program.p, c->program.n, c->given,
	    c->n_given, MEMORY, &why);
	while (o.refused == E_OK && exec_step(e, 100000) == EXEC_MORE)
		if (++steps == STEPS)
			o.refused = E_INTERNAL;
	if (o.refused == E_OK) {
		take_exports(e, &o);
		for (; o.n_errors < exec_errors(e) && o.n_errors < 64;
		    o.n_errors++)
			errors[o.n_errors] = *exec_op_error(e, o.n_errors);
		o.errors = errors;
	}
	participant_done(h->p, slot, c->run, &o, h->now);
	xfree(o.exports);
	exec_free(e);
}

static void
event(struct host *h, unsigned kind, const uint8_t *p, size_t n)
{
	uint8_t arg = n > 0 ? p[0] : 0;

	switch (kind) {
	case MESSAGE:
		participant_received(h->p, p, n, h->now);
		break;
	case LOST:
		participant_closed(h->p, arg, h->now);
		break;
	case OPENED:
		participant_opened(h->p, h->now);
		break;
	case RUN:
		if (h->busy[arg % PARTICIPANT_SLOTS])
			run(h, arg % PARTICIPANT_SLOTS);
		break;
	case LATER:
		h->now += (uint64_t)arg * 500000;
		break;
	case PAUSE:
		participant_pause(h->p, arg % 3, h->now);
		break;
	case SLOTS:
		participant_set_slots(h->p, arg, h->now);
		break;
	case LEAVE:
		participant_leave(h->p, h->now);
		break;
	}
	pump(h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct participant_config config = { .slots = 2, .memory = MEMORY };
	struct participant_status status;
	struct host h = { .now = 1 };
	uint8_t *copy;
	size_t len;

	h.p = participant_new(&config, h.now);
	pump(&h);
	while (n >= 3 && h.events++ < 1000) {
		len = p[1] | (size_t)p[2] << 8;
		if (len > n - 3)
			len = n - 3;
		/* Exactly as long as it is: ASan sees a read past its end. */
		copy = malloc(len > 0 ? len : 1);
		memcpy(copy, p + 3, len);
		event(&h, p[0] % KINDS, copy, len);
		free(copy);
		p += 3 + len;
		n -= 3 + len;
	}
	participant_status(h.p, &status);
	participant_free(h.p);
	return 0;
}
