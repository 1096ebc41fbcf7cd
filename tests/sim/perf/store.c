/*
 * The modelled store: which tensors the server has, by digest.
 */
#include <string.h>

#include "gate.h"

static size_t
place(const struct server *s, const uint8_t digest[DIGEST_LEN])
{
	uint64_t h;

	memcpy(&h, digest, sizeof(h));
	return (size_t)h & (s->stored_cap - 1);
}

struct stored *
store_find(struct server *s, const uint8_t digest[DIGEST_LEN])
{
	struct stored *v;

	if (s->stored_cap == 0)
		return NULL;
	v = s->stored[place(s, digest)];
	while (v != NULL && memcmp(v->digest, digest, DIGEST_LEN) != 0)
		v = v->chain;
	return v;
}

static void
widen(struct server *s)
{
	struct stored **old = s->stored, *v;
	size_t n = s->stored_cap, i, at;

	s->stored_cap = n == 0 ? 1024 : n * 2;
	s->stored = xcalloc(s->stored_cap, sizeof(struct stored *));
	for (i = 0; i < n; i++) {
		while ((v = old[i]) != NULL) {
			old[i] = v->chain;
			at = place(s, v->digest);
			v->chain = s->stored[at];
			s->stored[at] = v;
		}
	}
	xfree(old);
}

struct stored *
store_add(struct server *s, const struct shape *shape,
    const uint8_t digest[DIGEST_LEN], const uint8_t *head, size_t n)
{
	struct stored *v = store_find(s, digest);
	size_t at;

	if (v != NULL)
		return v;
	if (s->n_stored >= s->stored_cap)
		widen(s);
	v = xcalloc(1, sizeof(*v));
	v->shape = *shape;
	v->size = (uint64_t)shape_bytes(shape);
	memcpy(v->digest, digest, DIGEST_LEN);
	memcpy(v->head, head, n < sizeof(v->head) ? n : sizeof(v->head));
	at = place(s, digest);
	v->chain = s->stored[at];
	s->stored[at] = v;
	s->n_stored++;
	return v;
}

void
store_clear(struct server *s)
{
	struct stored *v;
	size_t i;

	for (i = 0; i < s->stored_cap; i++) {
		while ((v = s->stored[i]) != NULL) {
			s->stored[i] = v->chain;
			xfree(v);
		}
	}
	xfree(s->stored);
}
