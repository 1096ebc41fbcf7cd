/*
 * Names and advice of the error codes, from errors.def.
 */
#include "common/error.h"

#include <stddef.h>

struct error_row {
	const char	*name, *todo;
};

static const struct error_row error_rows[] = {
	[E_OK] = { "ok", "Nothing to do." },
#define ERR(num, NAME, wire, todo) [num] = { wire, todo },
#include "common/errors.def"
};

static const struct error_row *
find(enum error e)
{
	size_t i = (size_t)e;

	if (i >= sizeof(error_rows) / sizeof(error_rows[0]) ||
	    error_rows[i].name == NULL)
		return NULL;
	return &error_rows[i];
}

bool
error_known(uint64_t code)
{
	return code <= UINT32_MAX && find((enum error)code) != NULL;
}

const char *
error_name(enum error e)
{
	const struct error_row *r = find(e);

	return r == NULL ? "unknown" : r->name;
}

const char *
error_todo(enum error e)
{
	const struct error_row *r = find(e);

	return r == NULL ? "Update this program; the code is newer than it." :
	    r->todo;
}
