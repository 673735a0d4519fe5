// libpq, loaded when it is first used.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
// Debian's place.
#include <postgresql/libpq-fe.h>
#endif

// Why libpq cannot be used; NULL when it is there. To be asked before anything is done with it, see CLazyLibrary.h.
const char *clibpq_missing(void);
