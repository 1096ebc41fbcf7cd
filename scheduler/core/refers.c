/*
 * Which tensors the graphs refer to, for the sweep of Redis.
 * Must err on the side of keeping.
 */
#include "sched_priv.h"

static uint64_t
refers_key(const uint8_t digest[DIGEST_LEN])
{
	uint64_t key;

	memcpy(&key, digest, sizeof(key));
	return key;
}

void
sched_refers_note(struct sched *s)
{
	struct graph *g;
	uint32_t i, k;

	map_clear(&s->refs);
	s->refs_all = false;
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		s->refs_all = s->refs_all || (g != NULL && g->damaged);
		for (k = 1; g != NULL && k <= g->n_values; k++)
			map_put(&s->refs, refers_key(g->values[k].digest), 1);
		for (k = 0; g != NULL && k < g->n_kept; k++)
			map_put(&s->refs, refers_key(g->kept +
			    (size_t)k * DIGEST_LEN), 1);
	}
}

/* A batch that comes while the walk is under way. */
void
sched_refers_more(struct sched *s, const struct program *p)
{
	uint32_t i;

	for (i = 0; i < p->n_digests; i++)
		map_put(&s->refs, refers_key(p->digests +
		    (size_t)i * DIGEST_LEN), 1);
}

/* Eight bytes alike are taken for the same: then too much is kept. */
bool
sched_refers(const struct sched *s, const uint8_t digest[DIGEST_LEN])
{
	return s->refs_all ||
	    map_get(&s->refs, refers_key(digest)) != MAP_NONE;
}
