/*
 * The participant as people see it: one struct of numbers and texts.
 */
#include "participant_priv.h"

#include <stddef.h>
#include <string.h>

/* The page reads these by offset (wasm.h). */
_Static_assert(offsetof(struct participant_status, duty) == 40, "layout");
_Static_assert(offsetof(struct participant_status, bench) == 168, "layout");
_Static_assert(offsetof(struct participant_status, text) == 528, "layout");
_Static_assert(sizeof(struct participant_status) == 792, "layout");
_Static_assert(offsetof(struct participant_slot, g) == 16, "layout");
_Static_assert(offsetof(struct participant_slot, name) == 72, "layout");
_Static_assert(sizeof(struct participant_slot) == 136, "layout");
_Static_assert(sizeof(struct bench_result) == 280, "layout");

static void
count_work(const struct participant *p, struct participant_status *s)
{
	const struct group *g;
	uint64_t units = p->units_done;
	size_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		g = p->slot[i].group;
		if (g == NULL)
			continue;
		s->running++;
		units += g->done;
	}
	for (g = p->groups; g != NULL; g = g->next)
		s->waiting++;
	s->units_done = (double)units;
}

static void
count_bytes(const struct participant *p, struct participant_status *s)
{
	const struct incoming *in;
	const struct upload *u;

	for (u = p->uploads; u != NULL; u = u->next)
		s->upload_bytes += (double)(u->blob->size - u->sent);
	for (in = p->incoming; in != NULL; in = in->next)
		s->download_bytes += (double)(in->blob->size - in->have);
	s->bytes_in = (double)p->bytes_in;
	s->bytes_out = (double)p->bytes_out;
	s->memory = (double)p->memory;
	s->held_bytes = (double)p->values.bytes;
	s->held_values = (double)p->values.n_held;
}

void
participant_status(const struct participant *p, struct participant_status *s)
{
	memset(s, 0, sizeof(*s));
	s->state = p->state;
	s->code = p->code;
	s->paused = p->paused;
	s->hidden = p->hidden;
	s->leaving = p->leaving;
	s->slots = p->slots;
	s->unacked = (uint32_t)p->n_results;
	s->attempts = p->attempts;
	s->duty = p->duty;
	s->retry_us = (double)p->retry_us;
	s->since_us = (double)p->since_us;
	s->groups_done = (double)p->groups_done;
	s->groups_refused = (double)p->groups_refused;
	s->groups_cancelled = (double)p->groups_cancelled;
	s->ops_done = (double)p->ops_done;
	s->compute_us = (double)p->compute_us;
	s->bench = p->bench;
	s->all_slots = p->all_slots;
	count_work(p, s);
	count_bytes(p, s);
	memcpy(s->cid, p->cid, sizeof(s->cid));
	memcpy(s->text, p->text, sizeof(s->text));
	s->rtt_us = (double)p->rtt_us;
}

void
participant_slot(const struct participant *p, uint32_t slot,
    struct participant_slot *s)
{
	const struct group *g;
	uint32_t i;

	memset(s, 0, sizeof(*s));
	if (slot >= PARTICIPANT_SLOTS || (g = p->slot[slot].group) == NULL)
		return;
	s->busy = 1;
	s->run = p->slot[slot].run;
	for (i = 0; i < g->program.n_ops; i++)
		s->ops += g->program.ops[i].place == PLACE_NONE;
	s->g = (double)g->g;
	s->epoch = (double)g->epoch;
	s->group = (double)g->number;
	s->done = (double)g->done;
	s->total = (double)g->total;
	s->started_us = (double)g->started_us;
	s->predicted_us = (double)g->predicted_us;
	memcpy(s->name, g->name, sizeof(s->name));
}
