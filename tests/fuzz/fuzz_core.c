/*
 * The scheduler under hostile developers and participants: the input is a list
 * of events, each a kind byte, a length byte, and that many bytes, which are a
 * message or say what happens.  Fake participants answer what they are sent,
 * so that messages meet groups, values and tokens that exist; a restart reads
 * everything back.
 */
#include <string.h>

#include "tests/sim/world.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define DEVS	2
#define PEERS	3
#define EVENTS	200

enum { FROM_DEV, FROM_PEER, GRAPH, BATCH, WORK, JOIN, GONE, SILENT, BACK, WANT,
	END, WAIT, RESTART, AGAIN, KINDS };

struct life {
	struct world	w;
	struct fake	f[PEERS];
	uint32_t	ops[4];		/* of graphs 1 to 4 */
	uint32_t	batches[4];
};

static void
raw(struct life *l, uint64_t session, uint8_t from, const uint8_t *p, size_t n)
{
	struct sched_event e = { .kind = SCHED_MESSAGE, .session = session };
	struct msg_arena arena;
	struct msg_fault fault;
	struct msg m;

	msg_arena_init(&arena);
	if (msg_decode(&m, p, n, from, MSG_S, &arena, &fault) == E_OK &&
	    m.id != M_HELLO) {
		e.msg = &m;
		turn_event(l->w.t, l->w.now, &e);
		world_turn(&l->w);
	}
	msg_arena_clear(&arena);
}

static void
batch(struct life *l, uint32_t g, const uint8_t *p, size_t n)
{
	static const uint32_t codes[] = { OP_ADD, OP_MUL, OP_NEG, OP_POW };
	int64_t v[600] = { 1, -2, 3 };
	struct program_writer w;
	uint64_t want[1];
	uint32_t op;
	size_t i;

	program_writer_init(&w, l->ops[g] + 1);
	for (i = 0, op = l->ops[g] + 1; i < n; i++, op++) {
		if (op < 3 || (p[i] & 3) == 0)
			prog_const(&w, v, p[i] & 64 ? 600 : 3, 0);
		else
			prog_op(&w, codes[p[i] >> 2 & 3],
			    op - 1 - (p[i] >> 4) % (op - 1),
			    op - 1 - (p[i] >> 5) % (op - 1), 3,
			    p[i] & 1 ? PROGRAM_EXPORT : 0);
	}
	want[0] = op - 1;
	world_batch(&l->w, 1000 + g % DEVS, g + 1, l->batches[g] + 1, &w, want,
	    n > 0 && (p[0] & 128));
	program_writer_clear(&w);
}

/* How far the graphs are, from what their developers were told. */
static void
listen(struct life *l)
{
	struct msg m;
	uint64_t i;

	for (i = 0; i < DEVS; i++) {
		while (world_next(&l->w, 1000 + i, &m)) {
			if (m.id == M_ACK && m.ack.g >= 1 && m.ack.g <= 4 &&
			    m.ack.n > l->batches[m.ack.g - 1])
				l->batches[m.ack.g - 1] = (uint32_t)m.ack.n;
		}
	}
}

static void
want(struct life *l, uint32_t g, const uint8_t *p, size_t n)
{
	struct msg m = { .id = M_WANT, .want = { .g = g + 1 } };
	uint64_t op = n > 0 ? p[0] : 1;

	m.want.ops = (struct u64s){ &op, 1 };
	world_say(&l->w, 1000 + g % DEVS, &m);
}

static void
restart(struct life *l)
{
	uint64_t i;

	world_restart(&l->w);
	world_turn(&l->w);
	for (i = 0; i < PEERS; i++)
		fake_rejoin(&l->f[i]);
	for (i = 0; i < DEVS; i++)
		world_developer(&l->w, 1000 + i, "owner");
}

static void
event(struct life *l, uint8_t kind, const uint8_t *p, size_t n)
{
	uint8_t who = kind / KINDS;
	struct fake *f = &l->f[who % PEERS];
	uint32_t g = who % 4;

	switch (kind % KINDS) {
	case FROM_DEV:
		raw(l, 1000 + who % DEVS, MSG_D, p, n);
		break;
	case FROM_PEER:
		raw(l, f->session, MSG_P, p, n);
		break;
	case GRAPH:
		world_graph(&l->w, 1000 + who % DEVS, (uint8_t)(g + 1));
		break;
	case BATCH:
		batch(l, g, p, n);
		break;
	case WORK:
		fake_work(f, 1);
		break;
	case JOIN:
		fake_hello(f);
		break;
	case GONE:
		world_session(&l->w, f->session, PRESENCE_GONE);
		break;
	case SILENT:
		world_session(&l->w, f->session, PRESENCE_SILENT);
		break;
	case BACK:
		world_session(&l->w, f->session, PRESENCE_BACK);
		break;
	case WANT:
		want(l, g, p, n);
		break;
	case END:
		world_end(&l->w, 1000 + g % DEVS, g + 1, n > 0);
		break;
	case WAIT:
		world_wait(&l->w, n * 20000);
		break;
	case RESTART:
		restart(l);
		break;
	case AGAIN:
		fake_again(f);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const cids[PEERS] = { "c0", "c1", "c2" };
	static struct life l;
	size_t at, n, events;
	uint32_t i;

	memset(&l, 0, sizeof(l));
	world_init(&l.w);
	for (i = 0; i < PEERS; i++)
		fake_init(&l.f[i], &l.w, i + 1, cids[i]);
	for (i = 0; i < DEVS; i++)
		world_developer(&l.w, 1000 + i, "owner");
	for (at = 0, events = 0; at + 2 <= size && events < EVENTS; events++) {
		n = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
		event(&l, data[at], data + at + 2, n);
		listen(&l);
		at += 2 + n;
	}
	for (i = 0; i < PEERS; i++)
		fake_clear(&l.f[i]);
	world_clear(&l.w);
	return 0;
}
