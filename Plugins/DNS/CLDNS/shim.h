// Before ldns: without it ldns makes up a `bool` of its own that Swift takes for a number.
#include <stdbool.h>

#include <ldns/ldns.h>
