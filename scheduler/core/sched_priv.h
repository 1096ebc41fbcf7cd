/*
 * The state that the files of the core share.  Graphs, participants and groups
 * are named by their index in the arrays of struct sched; index 0 is nobody.
 */
#ifndef RAVEN_SCHED_PRIV_H
#define RAVEN_SCHED_PRIV_H

#include <string.h>

#include "common/error.h"
#include "common/program.h"
#include "common/record.h"
#include "common/text.h"
#include "common/xalloc.h"
#include "heap.h"
#include "map.h"
#include "sched.h"

#define SLOTS_MAX	64	/* slots of a participant that are used */
#define TRUST_LEAST	(1.0 / 16)	/* of a participant that gets work */
#define NEVER		UINT64_MAX
#define PLAN_PARTS	4	/* see plan_skill.c */

enum op_state { OP_PENDING, OP_COMPUTING, OP_COMPUTED, OP_FAILED };

#define OPF_HELD	0x01	/* Python holds it */
#define OPF_WANT	0x02	/* its VALUE is owed */
#define OPF_PERSIST	0x04	/* to be stored */
#define OPF_SINGLE	0x08	/* goes alone: its groups were lost */
#define OPF_SOURCE	0x10	/* lin of data: computed at birth */
#define OPF_READY	0x20	/* counted in the graph's ready work */
#define OPF_COMING	0x40	/* computing, and its group exports it */
#define OPF_OPEN	0x80	/* data decides its shape, or an input's */
#define OPF_OWED	(OPF_WANT | OPF_PERSIST)

/* Index 0 of ops, edges and values is nobody. */
struct op {
	uint32_t	batch;		/* in graph.batches */
	uint32_t	shape;		/* in graph.shapes; as known now */
	uint32_t	first_edge;	/* its consumers */
	/* inputs not computed, if not done; of a source: see profile.c */
	uint32_t	missing;
	uint32_t	users;		/* uses by ops that are not done */
	/* the latest with it, in sched.groups */
	uint32_t	group;
	uint32_t	value;		/* in graph.values */
	uint32_t	stamp, got;	/* scratch of one walk: see group.c */
	float		ref_us;		/* compute time on the reference core */
	float		rank;		/* ref_us + the longest way below */
	uint8_t		state, flags, tries;
	uint8_t		cost;		/* enum cost_class */
	uint32_t	cost_dtype:8;
	uint32_t	level:24;	/* in graph.levels */
};

struct edge {
	uint32_t	to, next;
};

/* A value that left its group, or a source by digest. */
struct value {
	uint32_t	op;
	/* first of its holders, in sched.holds */
	uint32_t	holds;
	uint64_t	size;
	uint8_t		digest[DIGEST_LEN];
	uint8_t		*data;		/* owned; NULL: large, or not there */
	bool		known;		/* digest is set, for ever */
	bool		stored;		/* in raven:data */
	uint32_t	upload;		/* in sched.uploads, while asked for */
	float		lineage_us;	/* the longest work only it stands for */
};

/*
 * Ops that may run at the same time: chains that only wait for lower levels.
 * Bytes are those of large values.
 */
struct level {
	double		work, left;	/* reference us: of all, of not done */
	float		fresh, shared;	/* first used here, by few or many */
	float		known;		/* sources that lower levels used too */
	float		single, some, many;	/* from below; by consumers */
	float		wanted;		/* made here and asked for */
	float		code, answer;	/* in messages there and back */
	uint32_t	chains;
};

struct batch {
	uint8_t		*bytes;		/* owned, 8-aligned */
	struct program	 program;	/* a view of bytes */
	uint8_t		 digest[DIGEST_LEN];	/* of the whole batch */
};

struct failure {
	uint32_t	op, code, cause;
	int64_t		a[4];
};

enum graph_status { GRAPH_RUNNING, GRAPH_ENDING, GRAPH_ENDED, GRAPH_CANCELLED,
	GRAPH_FROZEN };

/* forecast.c: of a wait of the developer. */
struct forecast {
	uint64_t	since_us;	/* 0: there is none */
	uint64_t	end_us;		/* 0: not known */
	uint64_t	made_us, next_us, learn_us;
	uint32_t	joins, leaves, plans;
	double		v, model_v;	/* of ln of the time */
	double		credit_us;	/* done when the plan was made */
	double		part[PLAN_PARTS];	/* of the first; 0: none */
	bool		planning;
};

struct graph {
	uint64_t	 g, v;
	uint32_t	 index, open_at;
	uint8_t		 key[16];
	char		*name, *owner, *approach, *options;
	uint64_t	 verify;
	uint8_t		 status;	/* enum graph_status */
	bool		 low;		/* priority */
	bool		 dirty;		/* its hash is to be written */
	bool		 tracked;	/* at open_at of sched.open */
	bool		 damaged;	/* in the record, which is left alone */
	uint8_t		 queued;	/* bits: in queue high or low */
	uint64_t	 session;	/* of its developer; 0: away */
	uint64_t	 created_us, ended_us, seen_us;
	struct batch	*batches;
	uint32_t	 n_batches, batches_cap;
	struct op	*ops;
	uint32_t	 n_ops, ops_cap;	/* ops[1..n_ops] */
	struct edge	*edges;
	uint32_t	 n_edges, edges_cap;
	struct value	*values;
	uint32_t	 n_values, values_cap;
	struct shape	*shapes;
	uint32_t	 n_shapes, shapes_cap;
	struct map	 shape_map;
	struct failure	*failures;
	uint32_t	 n_failures, failures_cap;
	struct level	*levels;	/* [1..n_levels] */
	uint32_t	 n_levels, levels_cap;
	uint32_t	 first_level;	/* below it nothing is left */
	/* reference us left beyond the overhead of each op */
	double		 mix[COST_CLASSES][DT_COUNT];
	/* team.c: who may work for it, home first: indices with serials, and
	 * bits; of when it is, and what was left and predicted then */
	uint32_t	*team, *team_serials, n_team, team_cap;
	uint32_t	*team_bits, team_words;
	uint32_t	 team_joins, team_leaves;
	uint64_t	 team_us;
	double		 team_left, team_predicted;
	bool		 team_counted;	/* in peer.teams */
	struct forecast	 forecast;
	/* plan.c: what the batch that makes n_ops of it was planned to take,
	 * and since when it is computed */
	double		 plan_part[PLAN_PARTS];	/* see plan_skill.c */
	uint64_t	 plan_since;
	uint32_t	 plan_ops;
	struct heap	 ready;
	struct pool	*pool;		/* see water.c */
	double		 ready_us;	/* of ops with OPF_READY */
	double		 left_us;	/* of ops not done */
	/* fair.c: of the owner's turn what is left, and where it stands */
	double		 deficit_us;
	uint32_t	 fair_owner;	/* in sched.owners, while it is open */
	bool		 listed;	/* in a ring of the owner's: ready work */
	uint64_t	 blocked;	/* nobody could take it in that turn */
	uint32_t	 stamp;
	uint32_t	 count[4];	/* ops by enum op_state */
	uint32_t	 cancelled;	/* pending when it was cancelled */
	uint32_t	 owed;		/* ops with OPF_WANT */
	uint32_t	 uploads;	/* asked for and not stored */
	uint32_t	 uploads_owed;	/* of those, of ops with OPF_OWED */
	uint64_t	 bytes;		/* of sources and held ops */
	uint64_t	 compute_us;
	uint64_t	 groups;	/* counter of this epoch */
	uint32_t	 first_group;	/* list through group.next */
	/* digests of what is persisted, at the end */
	uint8_t		*kept;
	uint32_t	 n_kept;
	/* of ops with OPF_OPEN, op -> shape: the most that it can be where
	 * it is unknown or planned for; what was declared, where it differs */
	struct map	 most, declared;
	/* op -> KiB of memory it was refused for */
	struct map	 need;
};

#define EXPORT_UPLOAD	0x80000000u

enum group_state { GROUP_OUT, GROUP_RETURNED, GROUP_DONE };

struct group_input {
	uint32_t	op;
	uint8_t		from;		/* enum msg_from */
};

struct group {
	uint32_t	 graph, next;
	uint64_t	 epoch, counter;
	uint32_t	 peer;		/* who has it; 0: nobody known */
	uint32_t	 peer_serial;	/* of that peer: indices come again */
	uint32_t	 out_prev, out_next;	/* of the peer, in send order */
	uint8_t		 state, attempt;
	bool		 waited;	/* it was out when the scheduler died */
	bool		 claimed;	/* announced: sent in another session */
	bool		 alone;		/* nothing was in its way when sent */
	bool		 late;		/* so it has a twin: see late.c */
	uint32_t	 twin;		/* with the same ops, out too; or 0 */
	uint32_t	 n_ops, n_exports, n_inputs;
	uint32_t	*ops;		/* owned; NULL once done */
	/* owned; EXPORT_UPLOAD is set in some */
	uint32_t	*exports;
	struct group_input *inputs;	/* owned */
	uint32_t	 left;		/* ops not yet done */
	uint64_t	 makes;		/* bytes of exports, while it is out */
	uint8_t		 token[16];
	bool		 running;	/* among its participant's first */
	/* predicted: its inputs are there, it starts, it ends */
	uint64_t	 sent_us, arrive_us, start_us, finish_us;
	double		 predicted_us;	/* from sending to the end */
	double		 transfer_us, busy_us, answer_us;
	double		 compute_us;	/* predicted compute alone */
	double		 lineage_us;	/* with what its inputs stand for */
};

/* p holds the value: linked from the value and from the peer. */
struct hold {
	uint32_t	peer, graph, op;
	uint32_t	value_next, value_prev;
	uint32_t	peer_next, peer_prev;
	uint64_t	size;		/* as counted in peer.held */
};

/* Of a class and dtype: mean and variance of ln(speed / reference speed). */
struct estimate {
	float		m, v;
	uint16_t	n;		/* results it follows */
	int8_t		clips;		/* in a row, with their sign */
	bool		known;		/* measured or learnt */
};

/* plan_copy.c copies all but what the participant has to do. */
struct peer {
	bool		 bench, announced, paused, hidden, leaving;
	bool		 silent, stuck, trusted;
	bool		 serving;	/* see crowd_note */
	uint32_t	 teams;		/* of graphs with work, with it */
	/* late.c: until then it gets nothing; since when the oldest of its
	 * groups without a twin is watched */
	uint64_t	 late_us, watch_us;
	uint32_t	 serial;
	uint64_t	 session;
	char		 cid[65], tab[65], kind[33], build[129];
	struct sched_client client;
	uint64_t	 joined_us;
	uint32_t	 slots;
	/* share of the work that it would get, had it never failed; it
	 * doubles from time to time, the last was at trust_us */
	double		 trust;
	uint64_t	 trust_us;
	/* groups given back in a row; from some on it rests in between */
	uint32_t	 refusals;
	uint64_t	 rest_us;	/* until then; 0: does not rest */
	uint64_t	 memory;
	double		 all_slots, digest_rate;
	double		 rtt_us, down, up;	/* bytes a second; 0: unknown */
	/* us per reference us; of COST_NONE, DT_NONE: of an op's overhead */
	float		 us[COST_CLASSES][DT_COUNT];
	float		 speed;		/* of the reference's, in the mean */
	float		 group_us;	/* of a group, beside its ops */
	float		 error;		/* mean |ln(predicted / actual)| */
	struct estimate	 est[COST_CLASSES][DT_COUNT];
	struct estimate	 veil;		/* ln of the speed when hidden */
	uint64_t	 hidden_us;	/* when hidden changed */
	uint64_t	 free_us[SLOTS_MAX];	/* predicted, absolute */
	/* groups in state OUT */
	uint32_t	 out_first, out_last, n_out;
	uint32_t	 holds;
	uint64_t	 down_us, up_us;	/* its link is busy until then */
	uint64_t	 timer_us[2];	/* by enum timer_kind; see timer.c */
	float		 fetch_us;	/* what its last group had to fetch */
	uint64_t	 insured_us;	/* no upload for safety until then */
	struct local	*locals;	/* see local.c */
	uint32_t	 n_locals, locals_cap;
	bool		 touched;	/* in sched.touched */
	struct rec_value_ref *drops;
	uint32_t	 n_drops, drops_cap;
	struct rec_value_ref *fetches;
	uint32_t	 n_fetches, fetches_cap;
	uint64_t	 held, makes;	/* bytes; see memory.c */
	double		 wants;		/* bytes: while it is cramped */
	uint64_t	 evict_us;	/* not before */
	bool		 cramped;	/* in sched.cramped: wants for room */
	bool		 mailed;	/* in sched.mailed: drops or fetches */
	bool		 dirty;		/* in sched.changed: to be recorded */
	uint32_t	 same;		/* the next of its CID, or 0 */
};

struct dev {
	bool		 used;
	uint64_t	 session;
	char		*owner;
	uint8_t		 role;
};

/* A value asked for by digest; chained by the first bytes of the digest. */
struct upload {
	uint32_t	graph, op, peer;
	uint32_t	next, prev;
	uint64_t	deadline_us;	/* then it is asked for again */
	uint8_t		tries;
	bool		used;
	bool		owed;		/* counted in graph.uploads_owed */
};

#define CROWD_ORDERS	5
#define CROWD_NEAR	3	/* fast, near, and with a good line */
#define CROWD_MOST	512	/* members of a team, unless all are */

/* crowd.c: who serves, and the best of them in several orders. */
struct crowd {
	uint32_t	 joins, leaves;		/* ever */
	uint32_t	*order[CROWD_ORDERS], n;
	uint32_t	 seen_joins, seen_leaves;
	uint64_t	 renewed_us;
	uint64_t	 grown_us;	/* a team was chosen for joins */
};

/* plan_skill.c: how well plans fit. */
#define SKILLS		16
/* Of some scale: mean square of ln(real / planned), from so many. */
struct skill {
	double		v;
	uint32_t	n;
};
struct skills {
	double		weight[PLAN_PARTS], cov[PLAN_PARTS][PLAN_PARTS];
	struct skill	scale[SKILLS];
};

struct timer {
	uint64_t	us;
	uint32_t	peer, serial;
};

enum timer_kind { TIMER_WORK, TIMER_LATE, TIMERS };

struct timers {
	struct timer	*v;
	uint32_t	 n, cap;
};

/* Indices that take turns. */
struct ring {
	uint32_t	*v;
	uint32_t	 n, cap, at;	/* at: whose turn it is */
};

/* Whose graphs are open. */
struct owner {
	char		*name;		/* owned */
	uint32_t	 open;		/* graphs */
	uint32_t	 out;		/* groups */
	uint32_t	 next;		/* free list */
	struct ring	 graphs[2];	/* with ready work: high, low */
	double		 deficit_us;	/* of slot time; negative: owes */
	double		 rounds;	/* of sched.fair_rounds, counted in */
};

#define REF_PEER	0x40000000u
#define REF_DEV		0x80000000u
#define REF_INDEX	0x3fffffffu

struct sched {
	struct sched_setup	 set;
	char			*build;
	uint64_t		 now;
	struct sched_out	*out;		/* borrowed for the call */
	struct map		 sessions;	/* session -> REF_ | index */
	struct map		 by_number;	/* G -> graph index */
	struct map		 by_key;	/* hash of the key -> graph */
	struct map		 by_group;	/* hash of the name -> group */
	struct map		 by_cid;	/* hash of cid, tab -> peer */
	struct map		 by_upload;	/* digest -> first upload */
	struct graph		**graphs;
	uint32_t		 n_graphs, graphs_cap;
	struct peer		**peers;
	uint32_t		 n_peers, peers_cap;
	struct ring		 free_peers;	/* indices that nobody has */
	struct map		 by_client;	/* hash of the CID -> peer */
	struct ring		 mailed, changed, cramped;	/* peers */
	uint64_t		 next_clients;	/* when changes are recorded */
	struct ring		 free_graphs;
	/* graphs that are open; whose record is to be written */
	struct ring		 open, altered;
	struct dev		*devs;
	uint32_t		 n_devs, devs_cap;
	struct group		*groups;
	uint32_t		 n_groups, groups_cap, free_group;
	struct hold		*holds;
	uint32_t		 n_holds, holds_cap, free_hold;
	struct upload		*uploads;
	uint32_t		 n_uploads, uploads_cap, free_upload;
	uint32_t		*stack;		/* scratch */
	uint32_t		 n_stack, stack_cap;
	uint32_t		*form;		/* scratch: ops of a group */
	uint32_t		 n_form, form_cap;
	/* scratch: ready, but not for p */
	uint32_t		*skip;
	uint32_t		 n_skip, skip_cap;
	/* scratch: partners; not yet for p */
	uint32_t		*mates;
	uint32_t		 n_mates, mates_cap;
	uint32_t		*kept;
	uint32_t		 n_kept, kept_cap;
	uint32_t		*touched;	/* peers to be looked at */
	uint32_t		 n_touched, touched_cap;
	uint64_t		 turns;	/* in which work was handed out */
	uint32_t		 handed;	/* ops, in this turn */
	struct timers		 timers[TIMERS];	/* see timer.c */
	struct buf		 program;	/* scratch */
	struct program_writer	 writer;	/* scratch */
	uint32_t		 serial;	/* of the last peer */
	uint32_t		*work;		/* scratch of state changes */
	uint32_t		 n_work, work_cap;
	uint64_t		 total_ops, total_bytes; /* of graphs not ended */
	/* after a start: no assigning */
	uint64_t		 quiet_until;
	uint64_t		 retry_us;	/* look again who is late */
	uint64_t		 next_progress;
	uint64_t		 next_collect;
	uint64_t		 next_overdue;	/* no upload before */
	uint32_t		 n_twins;
	uint32_t		 live;		/* peers that may get work */
	struct crowd		 crowd;
	struct owner		*owners;
	uint32_t		 n_owners, owners_cap, free_owner;
	struct map		 by_owner;	/* hash of the name -> owner */
	struct ring		 fair[2];	/* owners with ready work: high, low */
	double			 fair_rounds;	/* ever */
	uint32_t		 fair_high;	/* starts while low waited */
	bool			 full;		/* storage: refuse new work */
	bool			 crowded;	/* the same; collect early */
	bool			 loading;
	bool			 recover;	/* until quiet_until is over */
	/* loaded groups that were out */
	uint32_t		 unclaimed;
	/* see load_back */
	uint32_t		 back_graph, back_value;
	/* digests in use: see query.c */
	struct map		 refs;
	/* medians of what participants' estimates are, and when they are
	 * looked at again */
	float			 population[COST_CLASSES][DT_COUNT];
	uint64_t		 population_us;
	struct plan		*plans;		/* under way */
	struct skills		 skills;
	uint64_t		 forecast_us;	/* the next one, not before */
	bool			 refs_all;	/* what a damaged graph needs
						 * is not known */
	bool			 assign;	/* something changed */
	uint64_t		 totals[4];	/* ops by state, open graphs */
};

/* Makes room in an array of *cap elements for n. */
void	*sched_room(void *v, uint32_t *cap, uint32_t n, size_t size);
uint64_t sched_unix_us(const struct sched *);
uint64_t sched_hash(const struct sched *, const void *, size_t, const void *,
	    size_t);
struct peer	*sched_peer(struct sched *, uint64_t session);
struct dev	*sched_dev(struct sched *, uint64_t session);
struct graph	*sched_graph(struct sched *, uint64_t g);
void	 sched_refuse(struct sched *, uint64_t session,
	    const struct msg_refuse *);
/* REFUSE with a fixed sentence. */
void	 sched_refuse_text(struct sched *, uint64_t session, enum msg_subject,
	    uint64_t g, uint64_t number, enum error, const char *text);

/* May new work be taken?  Else it is refused. */
bool	 sched_room_left(struct sched *, uint64_t session, enum msg_subject,
	    uint64_t g, uint64_t number);

/* graph.c: a graph's ops, shapes and batches. */
struct graph	*graph_new(struct sched *, uint64_t g, const uint8_t key[16]);
void		 graph_free(struct sched *, struct graph *);
/* Frees ops, programs, values; the summary stays. */
void		 graph_shed(struct sched *, struct graph *);
/* Its hash is to be written, though it may be closed. */
void		 graph_changed(struct sched *, struct graph *);
/* In and out of sched.open. */
void		 graph_track(struct sched *, struct graph *);
void		 graph_untrack(struct sched *, struct graph *);
void		 graph_text(char **, struct str);
uint32_t	 graph_inputs(const struct graph *, uint32_t op,
	    const uint32_t **refs);
const struct shape *graph_shape(const struct graph *, uint32_t op);
/* Place of the shape in graph.shapes. */
uint32_t	 graph_intern(struct graph *, const struct shape *);
/* What op takes to compute, by its shapes. */
void		 graph_cost(struct graph *, uint32_t op);

/* shape.c: shapes that data decides. */
/* Does op decide a length by its data? */
bool		 shape_by_data(const struct graph *, uint32_t op);
/* The shape, or the most it can be. */
const struct shape *shape_most(const struct graph *, uint32_t op);
/* The most that its memory is planned for. */
const struct shape *shape_room(const struct graph *, uint32_t op);
const struct shape *shape_declared(const struct graph *, uint32_t op);
uint64_t	 shape_bytes_most(const struct sched *, const struct shape *);
/*
 * By what is known of its inputs now; E_LENGTH and other errors: out has the
 * declared rank and no length.
 */
enum error	 shape_infer(const struct sched *, const struct graph *,
	    uint32_t op, struct shape *out, struct op_error *);
/* A new op; its inputs are there already. */
void		 shape_born(struct sched *, struct graph *, uint32_t op);
/* True: op does not fit what was learnt before it came, and has failed. */
bool		 shape_fails(struct sched *, struct graph *, uint32_t op);
/* The true shape of op's value; dependants that do not fit it fail. */
void		 shape_learn(struct sched *, struct graph *, uint32_t op,
	    const struct shape *);
/* takes batches or runs */
bool		 graph_open(const struct graph *);

/* batch.c: validation at arrival, and taking a batch in. */
struct batch_error {
	enum error	code;
	uint32_t	op;
	char		text[1024];
};
enum error	 batch_check(struct sched *, struct graph *,
	    const struct msg_batch *,
		    struct batch *, struct batch_error *) MUST_CHECK;
void		 batch_digest(const struct msg_batch *, uint8_t [DIGEST_LEN]);
/* Takes b (checked).  quiet: wants are not owed (after a restart). */
void		 batch_take(struct sched *, struct graph *, struct batch *b,
		    const struct msg_batch *, bool quiet);

/* state.c: the only place where ops change their state. */
void	 state_ready(struct sched *, struct graph *, uint32_t op);
void	 state_start(struct sched *, struct graph *, uint32_t op,
	    uint32_t group);
void	 state_return(struct sched *, struct graph *, uint32_t op);
void	 state_computed(struct sched *, struct graph *, uint32_t op);
void	 state_fail(struct sched *, struct graph *, uint32_t op, enum error,
	    uint32_t cause, const int64_t a[4]);
/* If op is computed, needed, and its value is nowhere: compute it again. */
void	 state_revive(struct sched *, struct graph *, uint32_t op);
bool	 state_needed(const struct graph *, uint32_t op);
void	 state_want(struct sched *, struct graph *, uint32_t op);
void	 state_release(struct sched *, struct graph *, uint32_t op);
const struct failure *state_failure(const struct graph *, uint32_t op);
/* What went wrong, for people: fail.c. */
void	 failure_text(const struct sched *, const struct graph *,
	    const struct failure *, struct text *);
/* The group lost its last open op by other means. */
void	 state_settle(struct sched *, struct graph *, uint32_t op);

/* value.c: who has which value; uploads, drops. */
/* NULL: there is none; of a failed op there is none. */
struct value	*value_get(const struct graph *, uint32_t op);
/* made if there is none */
struct value	*value_slot(struct graph *, uint32_t op);
bool	 value_there(const struct graph *, uint32_t op);	/* can be had */
bool	 value_small(const struct graph *, uint32_t op, struct bytes *data);
void	 value_hold(struct sched *, struct graph *, uint32_t op, uint32_t peer);
bool	 value_held(const struct sched *, const struct graph *, uint32_t op,
	    uint32_t peer);
void	 value_unhold(struct sched *, struct graph *, uint32_t op,
	    uint32_t peer);
/* Asks a holder to upload it, unless stored or asked already. */
void	 value_fetch(struct sched *, struct graph *, uint32_t op);
/* Uploads that did not come: asked for again, then taken for lost. */
uint64_t value_overdue(struct sched *);
void	 value_expect(struct sched *, struct graph *, uint32_t op,
	    uint32_t peer);
void	 value_unexpect(struct sched *, struct graph *, struct value *);
void	 value_stored(struct sched *, const uint8_t digest[DIGEST_LEN]);
void	 value_unneeded(struct sched *, struct graph *, uint32_t op);
void	 value_persist(struct sched *, struct graph *, uint32_t op);
/* Sends VALUE to the developer if the op is settled. */
void	 value_send(struct sched *, struct graph *, uint32_t op);
void	 value_peer_gone(struct sched *, uint32_t peer);
void	 value_discard(struct sched *, struct graph *, uint32_t op);
void	 value_clear(struct sched *, struct graph *, struct value *);
void	 value_drop_at(struct sched *, uint32_t peer, uint64_t g, uint64_t op);

/* grow.c */
uint64_t grow_memory(const struct graph *, uint32_t op);
/* local.c: op is ready; who holds its inputs may want it. */
void	 local_ready(struct sched *, const struct graph *, uint32_t op);
void	 local_free(struct peer *);
void	 pool_free(struct graph *);	/* water.c */

/* ship.c: what of a group's exports is uploaded at once. */
bool	 ship_uploads(const struct sched *, const struct group *, uint32_t i,
	    uint32_t op);
void	 ship_lineage(const struct sched *, struct group *);

/* send.c: a grown group becomes an ASSIGN. */
void	 group_send(struct sched *, uint32_t group);

/* group.c: forming, giving back, ending. */
struct grow;
/* What grows for gr's participant is sent; 0: nothing does. */
uint32_t group_form(struct grow *);
/* Does peer compute it, and will it have the value? */
bool	 group_comes(const struct sched *, const struct graph *, uint32_t op,
	    uint32_t peer);
struct group	*group_find(struct sched *, uint64_t g, uint64_t epoch,
		    uint64_t counter, uint32_t *index);
uint32_t group_add(struct sched *, struct graph *, uint64_t epoch,
	    uint64_t counter);
void	 group_token(const struct sched *, const struct group *, struct str cid,
	    uint8_t token[16]);
void	 group_unlink(struct sched *, uint32_t group);
void	 group_claim(struct sched *, uint32_t group, uint32_t peer);
/* lost: its participant left while computing it. */
void	 group_return(struct sched *, uint32_t group, bool lost);
void	 group_recall(struct sched *, uint32_t group);	/* it need not be */
void	 group_done(struct sched *, uint32_t group);
/* A group with its ops and figures goes to peer. */
void	 group_leave(struct sched *, uint32_t group, uint32_t peer,
	    uint64_t after_us);
void	 group_cancel(struct sched *, uint32_t group);
void	 group_record(struct sched *, uint32_t group,
	    const struct msg_result *);
void	 group_free(struct sched *, uint32_t group);

/* memory.c: bytes alive of a participant. */
/* Has it room for more bytes?  If not, room will be made. */
bool	 memory_takes(struct sched *, uint32_t peer, double more);
/* It has no room for more: it will be made soon. */
void	 memory_cramped(struct sched *, uint32_t peer, double more);
/* Room was made just now, no upload is awaited, and it is not enough. */
bool	 memory_stuck(const struct sched *, const struct graph *,
	    uint32_t peer);
/* Values take much of its memory: a refusal tells nothing of the op. */
bool	 memory_full(const struct peer *);
/* Bytes that op adds to what peer has, or less than 0: frees. */
double	 memory_growth(const struct sched *, const struct graph *,
	    uint32_t op, uint32_t peer);
/* Counts the exports of a group that leaves. */
void	 memory_makes(struct sched *, uint32_t group);
/* v may be dropped by its holders now. */
void	 memory_stored(struct sched *, const struct value *v);
void	 memory_run(struct sched *);

/* ring.c */
void	 ring_add(struct ring *, uint32_t);
void	 ring_drop(struct ring *, uint32_t at);	/* the order stays */

/* fair.c: whose graph is next. */
/* g is open from here on, and its owner known; and to its end. */
void	 fair_join(struct sched *, struct graph *);
void	 fair_leave(struct sched *, struct graph *);
/* g has ready work; it has none. */
void	 fair_ready(struct sched *, struct graph *);
void	 fair_emptied(struct sched *, struct graph *);
/* The graph with ready work whose turn it is, or NULL. */
struct graph	*fair_next(struct sched *);
/* Nobody can take work of g in this turn. */
void	 fair_block(const struct sched *, struct graph *);
/* A group of g takes us of slot time; by groups more are out. */
void	 fair_charge(struct sched *, struct graph *, double us);
void	 fair_out(struct sched *, const struct graph *, int by);
/* In sched.owners; 0: none of its graphs is open. */
uint32_t fair_owner(const struct sched *, const char *name);
/* When what is open now will have been computed: what to wait for. */
uint64_t fair_drain_ms(const struct sched *);
void	 fair_free(struct sched *);

/* assign.c: who gets what next. */
/* True: there is more to hand out, once others were heard. */
bool	 assign_run(struct sched *);
bool	 assign_serves(const struct peer *);	/* gets work at all */
/* p gave back a group that it could have computed. */
void	 assign_refused(struct sched *, uint32_t peer);
/* It failed at what others can do, or lied: it gets less and less. */
void	 assign_distrust(struct sched *, uint32_t peer, double share);
/* Something changed with the participant: look whether it takes work. */
void	 assign_touch(struct sched *, uint32_t peer);
bool	 assign_takes(const struct sched *, const struct peer *);
void	 assign_predict(struct sched *, uint32_t peer);

/* profile.c: what is left of a graph, by levels. */
/* New ops; their edges are there already. */
void	 profile_batch(const struct sched *, struct graph *,
	    const struct program *);
/* op is done, or is to be done again. */
void	 profile_done(struct graph *, uint32_t op);
void	 profile_back(struct graph *, uint32_t op);
/* op's value is asked for. */
void	 profile_want(const struct sched *, struct graph *, uint32_t op);
/* A level as the team model takes it: what is left, and how many are like it */
struct stage {
	struct level	level;
	double		times, root;	/* of its chains */
};
#define STAGES_MAX	128
uint32_t profile_stages(struct graph *, struct stage out[STAGES_MAX]);

/* crowd.c: who serves. */
/* After whatever may have changed whether the participant serves. */
void	 crowd_note(struct sched *, uint32_t peer);
/* Sorts s->crowd anew, if it is time to. */
void	 crowd_renew(struct sched *);
void	 crowd_clear(struct sched *);
/* Bytes a second; if nothing is known, of a good link. */
double	 crowd_down(const struct peer *);
double	 crowd_up(const struct peer *);

/* team.c: who may work for a graph. */
/* Chooses g's team anew if there is reason to: before work is handed out. */
void	 team_update(struct sched *, struct graph *);
bool	 team_has(const struct graph *, uint32_t peer);
/* How long the team needs for what is left; 0: there is none. */
double	 team_predict_us(struct sched *, struct graph *);
/* g has no work now: its team is free for others. */
void	 team_idle(struct sched *, struct graph *);
void	 team_free(struct sched *, struct graph *);

/* late.c: groups that are late go to others, too. */
/* Returns when to look again. */
uint64_t late_run(struct sched *);
/* What p has out, or when it will be through, has changed. */
void	 late_note(struct sched *, uint32_t peer);
/* Peer answers again, or was relieved: it gets work from then on. */
void	 late_over(struct sched *, uint32_t peer, uint64_t until_us);
/* The group is answered, before anything is done about it. */
void	 late_answer(struct sched *, uint32_t group);

/* estimate.c: what the figures of a participant mean. */
#define OP_US		1.0	/* an op's own time on the reference core */
#define SIGMA_LEAST	0.05
#define HIDDEN_LN	(-0.35667494)	/* ln 0.7 */
double	 estimate_ln(double);
double	 estimate_exp(double);
double	 estimate_root(double);
double	 estimate_reference_us(enum cost_class, enum dtype, double amount);
/* On one slot while the others are idle. */
double	 estimate_op_us(const struct peer *, const struct op *);
/* How much longer it takes when so many slots compute. */
double	 estimate_contention(const struct peer *, uint32_t busy);
double	 estimate_slots(const struct peer *);	/* what all are worth of one */
/* Reference us a us, all slots, in the mean. */
double	 estimate_rate(const struct peer *);
/* Of a group that exports so many bytes, beside its ops and transfers. */
double	 estimate_group_us(const struct peer *, double bytes);
/* Spread of ln(predicted / actual time). */
double	 estimate_sigma(const struct peer *);
double	 estimate_hidden(const struct peer *);	/* speed factor if hidden */
/* After m has changed: of one cell, of the mean, of all. */
void	 estimate_apply(struct peer *, int class, int dtype);
void	 estimate_apply_speed(struct peer *);
void	 estimate_apply_all(struct peer *);

/* estimate_learn.c: where they come from. */
void	 estimate_new(struct peer *);
void	 estimate_bench(struct sched *, struct peer *,
	    const struct msg_bench *);
void	 estimate_result(struct sched *, struct peer *, const struct graph *,
	    const struct group *, const struct msg_result *);
/* It was late, and another was through first. */
void	 estimate_slower(struct peer *, const struct graph *,
	    const struct group *);
void	 estimate_hide(struct sched *, struct peer *, bool hidden);

/* estimate_text.c: as the record keeps them. */
void	 estimate_write(const struct peer *, struct buf *);
/* What is not understood is passed over. */
void	 estimate_read(struct peer *, struct bytes);
const char	*estimate_class_name(enum cost_class);

/* plan.c: what a graph will take, see plan.h. */
/* Goes on with what is planned; true: there is more to do. */
bool	 plan_turn(struct sched *);
/* A batch came, and so many of its values are wanted. */
void	 plan_batch(struct sched *, struct graph *, size_t wanted);
/* g owes nothing more. */
void	 plan_settled(struct sched *, struct graph *);
void	 plan_session_gone(struct sched *, uint64_t session);
void	 plan_clear(struct sched *);

/* forecast.c: when a wait will end. */
void	 forecast_start(const struct sched *, struct graph *);
void	 forecast_look(struct sched *, struct graph *);	/* now and then */
/* Us of the whole wait and what is left; false: it is being estimated. */
bool	 forecast_say(const struct sched *, const struct graph *,
	    double *all_us, double *left_us);
void	 forecast_end(struct sched *, struct graph *);

/* result.c, peer.c, dev.c, load.c, flush.c: handlers on_<name>. */
void	 on_plan(struct sched *, struct dev *, const struct msg *);
/* A result that is known to be right. */
void	 result_apply(struct sched *, uint32_t group,
	    const struct msg_result *);
/* One's own graph, or NULL after a refusal. */
struct graph	*dev_graph(struct sched *, struct dev *, uint64_t number,
	    enum msg_subject, uint64_t n);
void	 on_result(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_bench(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_state(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_announce(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_progress(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_stored(struct sched *, struct peer *, uint32_t, const struct msg *);
void	 on_session(struct sched *, struct peer *, uint32_t,
	    const struct msg *);
void	 on_graph(struct sched *, struct dev *, const struct msg *);
void	 on_batch(struct sched *, struct dev *, const struct msg *);
void	 on_want(struct sched *, struct dev *, const struct msg *);
void	 on_end(struct sched *, struct dev *, const struct msg *);
void	 on_ask(struct sched *, struct dev *, const struct msg *);	/* mine.c */
/* Its record is not what it was; FETCH or DROP waits for it. */
void	 peer_changed(struct sched *, uint32_t peer);
void	 peer_mailed(struct sched *, uint32_t peer);
void	 peer_hello(struct sched *, const struct sched_event *);
/* Its groups go to others; an answer of its own still counts. */
void	 peer_hands_back(struct sched *, const struct peer *);
void	 peer_gone(struct sched *, uint32_t peer, bool goodbye);
void	 dev_hello(struct sched *, const struct sched_event *);
void	 dev_gone(struct sched *, uint64_t session);
void	 dev_progress(struct sched *, struct graph *, uint32_t participants);
void	 graph_settle(struct sched *, struct graph *);	/* END: is all done? */
void	 ended_say(struct sched *, struct graph *);
void	 graph_close(struct sched *, struct graph *, enum graph_status);
void	 welcome(struct sched *, uint64_t session, struct str cid,
	    const struct rec_graph_ref *, size_t n, bool wait);

/* Ends the wait early once all that was out or held is announced. */
void	 load_back(struct sched *);
void	 load_quiet_over(struct sched *);

/* query.c: the sweep must know them before it meets their bytes */
void	 sched_refers_more(struct sched *, const struct program *);

/* flush.c: records */
struct text	*key_graph(struct text *, uint64_t g, const char *suffix);
void	 write_next(struct sched *);
void	 write_batch(struct sched *, struct graph *, uint64_t n,
	    struct bytes record);
void	 write_group(struct sched *, struct graph *, const struct group *,
	    struct bytes record);
void	 write_computing(struct sched *, const struct graph *,
	    const struct group *, bool out);
void	 write_event(struct sched *, const char *kind, uint64_t g,
	    const char *cid, const char *text);
void	 write_benchmark(struct sched *, const struct peer *,
	    const struct msg_bench *);
void	 write_client(struct sched *, struct peer *, bool online);
void	 write_start(struct sched *);
void	 write_turn(struct sched *);
void	 write_removed(struct sched *, struct graph *);

#endif
