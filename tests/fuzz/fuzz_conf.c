/*
 * Fuzzes the reader of raven.conf: nothing may crash, a refusal says why, and
 * what is accepted must be accepted again in the form it is dumped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/conf.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
load(struct conf *c, const void *text, size_t n)
{
	char path[64], err[1024] = "";
	int fd = memfd_create("conf", 0), rc;

	if (fd == -1 || write(fd, text, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = conf_load(c, path, NULL, 0, err, sizeof(err));
	if (rc == -1 && *err == '\0')
		abort();
	close(fd);
	return rc;
}

static char *
dump(const struct conf *c, size_t *n)
{
	char *text;
	FILE *fp = open_memstream(&text, n);

	conf_dump(c, fp);
	fclose(fp);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *a = conf_new(), *b = conf_new();
	char *first, *second;
	size_t n, m;

	if (load(a, data, size) == 0) {
		first = dump(a, &n);
		if (load(b, first, n) == -1)
			abort();
		memcpy(b->source, a->source, sizeof(b->source));
		second = dump(b, &m);
		if (n != m || memcmp(first, second, n) != 0)
			abort();
		free(first);
		free(second);
	}
	conf_free(a);
	conf_free(b);
	return 0;
}
