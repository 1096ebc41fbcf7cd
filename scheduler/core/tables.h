/*
 * The state that the files of the core share.  Graphs, participants and groups
 * are named by their index in the arrays of struct sched; index 0 is nobody.
 */
#ifndef RAVEN_SCHED_TABLES_H
#define RAVEN_SCHED_TABLES_H

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

#endif
