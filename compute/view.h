/*
 * Strided views of tensors: where element (i, j, ...) of a value lies.  All
 * arithmetic on shapes happens while planning; what is collected here at run
 * time is trusted.
 */
#ifndef RAVEN_VIEW_H
#define RAVEN_VIEW_H

#include "common/tensor.h"

/* Elements handled at a time; no part of the bits. */
#ifndef VIEW_TILE
#define VIEW_TILE	1024
#endif

/* Strides and offset count elements of the dtype. */
struct view {
	uint32_t	slot;		/* whose memory, see arena.h */
	uint8_t		dtype;
	uint8_t		ndim;
	int64_t		offset;
	int64_t		dims[TENSOR_RANK];
	int64_t		strides[TENSOR_RANK];
};

/* Walks the positions of some axes in C order. */
struct walk {
	uint32_t	ndim;
	int64_t		dims[TENSOR_RANK];
	int64_t		strides[TENSOR_RANK];
	int64_t		index[TENSOR_RANK];
	int64_t		offset;
};

void	 view_of_shape(struct view *, const struct shape *, uint32_t slot);
bool	 view_contiguous(const struct view *);
int64_t	 view_elements(const struct view *);
/*
 * The view as if broadcast to ndim, dims; these were checked to fit.  Leading
 * axes that there are too many of have length 1, and go.
 */
void	 view_broadcast(struct view *, uint32_t ndim, const int64_t *dims);
/* One more axis, before axis i. */
void	 view_insert(struct view *, uint32_t i, int64_t dim, int64_t stride);
/* The strides of a contiguous value of the same lengths. */
void	 view_restride(struct view *);
/* Drops axes of length 1 and joins neighbours that one stride can walk. */
void	 view_collapse(struct view *);

/* n elements from position from (C order) on, to contiguous memory. */
void	 view_gather(const struct view *, const uint8_t *base, int64_t from,
	    size_t n, uint8_t *to);
void	 view_scatter(const struct view *, uint8_t *base, int64_t from,
	    size_t n, const uint8_t *src);

void	 walk_init(struct walk *);
void	 walk_axis(struct walk *, int64_t dim, int64_t stride);
int64_t	 walk_positions(const struct walk *);
void	 walk_seek(struct walk *, int64_t position);
/* The lane at a position, of which all has the first. */
void	 walk_lane(struct walk *, int64_t position, const struct view *all,
	    struct view *lane);
bool	 walk_next(struct walk *);	/* false: back at the start */

#endif
