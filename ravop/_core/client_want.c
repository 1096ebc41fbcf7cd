/*
 * The values a graph's program waits for: found by op number at once, since
 * ten thousand may be asked for and come one by one.
 */
#include <string.h>

#include "client_int.h"

static void
make_room(struct client_wants *w, uint64_t op)
{
	size_t cap;

	if (w->n == w->cap) {
		w->cap = w->cap == 0 ? 16 : w->cap * 2;
		w->v = xrealloc(w->v, w->cap * sizeof *w->v);
	}
	if (op < w->cap_at)
		return;
	cap = w->cap_at == 0 ? 64 : w->cap_at;
	while (cap <= op)
		cap *= 2;
	w->at = xrealloc(w->at, cap * sizeof *w->at);
	memset(w->at + w->cap_at, 0, (cap - w->cap_at) * sizeof *w->at);
	w->cap_at = cap;
}

struct client_wanted *
client_wants_find(const struct client_wants *w, uint64_t op)
{
	return op < w->cap_at && w->at[op] != 0 ? &w->v[w->at[op] - 1] : NULL;
}

void
client_wants_add(struct client_wants *w, uint64_t op, uint64_t n, bool carried)
{
	if (client_wants_find(w, op) != NULL)
		return;
	make_room(w, op);
	w->v[w->n++] = (struct client_wanted){ .op = op, .n = n,
	    .carried = carried };
	w->at[op] = (uint32_t)w->n;
	w->unsent++;
}

void
client_wants_sent(struct client_wants *w, struct client_wanted *want, bool sent)
{
	w->unsent += want->sent && !sent;
	w->unsent -= !want->sent && sent;
	want->sent = sent;
}

void
client_wants_drop(struct client_wants *w, uint64_t op)
{
	struct client_wanted *want = client_wants_find(w, op);

	if (want == NULL)
		return;
	w->unsent -= !want->sent;
	*want = w->v[--w->n];
	w->at[want->op] = w->at[op];
	w->at[op] = 0;
}

void
client_wants_unsend(struct client_wants *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		w->v[i].sent = false;
	w->unsent = w->n;
}

void
client_wants_clear(struct client_wants *w)
{
	xfree(w->v);
	xfree(w->at);
	memset(w, 0, sizeof *w);
}
