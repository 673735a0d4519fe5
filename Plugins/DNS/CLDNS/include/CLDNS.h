// ldns, loaded when it is first used.

// Before ldns: without it ldns makes up a `bool` of its own that Swift takes for a number.
#include <stdbool.h>

#include <ldns/ldns.h>

// Why ldns cannot be used; NULL when it is there. To be asked before anything is done with it, see CLazyLibrary.h.
const char *cldns_missing(void);
