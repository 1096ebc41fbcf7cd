/*
 * Runs a fuzz target over its committed corpus, so that every check replays
 * what fuzzing once found.  CORPUS names the folder below tests/corpus.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Exactly as long as the file, so that ASan sees a read past its end. */
static uint8_t *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long size;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    fseek(f, 0, SEEK_SET) == 0 &&
	    (p = malloc(size > 0 ? (size_t)size : 1)) != NULL) {
		*n = fread(p, 1, (size_t)size, f);
	}
	fclose(f);
	return p;
}

/* The file, and each of its prefixes while it is small. */
static int
replay(const char *path)
{
	size_t n = 0, i;
	uint8_t *p = slurp(path, &n), *part;

	if (p == NULL) {
		perror(path);
		return -1;
	}
	(void)LLVMFuzzerTestOneInput(p, n);
	for (i = 0; n <= 4096 && i < n; i++) {
		part = malloc(i > 0 ? i : 1);
		if (part == NULL)
			break;
		memcpy(part, p, i);
		(void)LLVMFuzzerTestOneInput(part, i);
		free(part);
	}
	free(p);
	return 0;
}

int
main(void)
{
	const char *top = getenv("srcdir");
	struct dirent *entry;
	char dir[2048], path[4096];
	unsigned done = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/tests/corpus/%s",
	    top == NULL ? "." : top, CORPUS);
	d = opendir(dir);
	if (d == NULL) {
		perror(dir);
		return EXIT_FAILURE;
	}
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (replay(path) != 0) {
			closedir(d);
			return EXIT_FAILURE;
		}
		done++;
	}
	closedir(d);
	printf("%u inputs of %s\n", done, dir);
	return done > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
