/* The records of one graph, unpacked; ravenctl_load.c fills, graph prints. */
#ifndef RAVEN_RAVENCTL_GRAPH_H
#define RAVEN_RAVENCTL_GRAPH_H

#include "broker/ravenctl.h"

struct ctl_batch {
	void		*bytes;		/* owned, aligned */
	struct program	 program;	/* borrows from bytes */
};

struct ctl_group {
	void			*bytes;		/* owned, aligned */
	size_t			 len;
	char			*name;		/* "epoch.counter" */
	uint64_t		 epoch, counter;
	struct record_group	 r;		/* borrows from bytes */
	size_t			 body;		/* where its values start */
};

struct ctl_records {
	struct ctl_batch	*batches;	/* by first op */
	size_t			 n_batches;
	struct ctl_group	*groups;	/* by epoch, counter */
	size_t			 n_groups;
	size_t			 damaged;	/* records that did not open */
	uint32_t		 n_ops;		/* highest index */
};

void	 ctl_records_load(struct ctl *, const char *g, struct ctl_records *);
void	 ctl_records_clear(struct ctl_records *);
/* The program that has op index, and where; NULL: no batch has it. */
const struct program *ctl_find_op(const struct ctl_records *, uint32_t index,
		    uint32_t *i);

#endif
