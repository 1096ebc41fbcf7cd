/*
 * Fuzzes the reader of packed records.  The CRC is made to fit, so that the
 * lengths are what stands between a record and memory that is not its own.
 */
#include <stdlib.h>
#include <string.h>

#include "common/record.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Reads every byte a view promises. */
static uint32_t
touch(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	while (n-- > 0)
		sum += *p++;
	return sum;
}

static uint32_t
read_group(struct bytes b)
{
	struct record_group g;
	struct record_value v;
	struct record_error e;
	uint32_t sum, i;
	size_t at;

	if (record_group_open(&g, b, &at) == -1)
		return 0;
	sum = touch(g.cid.p, g.cid.n) + touch(g.tab.p, g.tab.n) +
	    touch(g.ops, (size_t)g.n_ops * 4);
	for (i = 0; i < g.n_values; i++) {
		if (record_read_value(b, &at, &v) == -1)
			return sum;
		sum += touch(v.data.p, v.data.n);
	}
	for (i = 0; i < g.n_errors; i++) {
		if (record_read_error(b, &at, &e) == -1)
			return sum;
		sum += (uint32_t)e.a[3];
	}
	return sum;
}

static uint32_t
read_batch(struct bytes b)
{
	struct record_batch r;

	if (record_batch_open(&r, b) == -1)
		return 0;
	return touch(r.program.p, r.program.n) +
	    touch(r.want, (size_t)r.n_want * 4) +
	    touch(r.persist, (size_t)r.n_persist * 4) +
	    touch(r.released, (size_t)r.n_released * 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	volatile uint32_t sink;	/* the reads are not thrown away */
	uint8_t *copy = malloc(size + 1);
	uint32_t crc;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	if (size >= 4) {
		crc = record_crc(copy, size - 4);
		memcpy(copy + size - 4, &crc, 4);
	}
	sink = read_batch((struct bytes){ copy, size });
	sink = read_group((struct bytes){ copy, size });
	(void)sink;
	free(copy);
	return 0;
}
