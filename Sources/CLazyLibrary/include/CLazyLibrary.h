// A library of the system's that is loaded when it is first used, not when the program starts.
//
// The libraries for HTTP, PostgreSQL and DNS bring some thirty others along (TLS, Kerberos, LDAP), which every start
// would pay for, also that of a command that never calls them; and on a machine where one of them is missing the
// program could not start at all. So the program is not linked to them. A module for such a library has functions
// with the library's own names (LAZY_FORWARD), which go through pointers that one load fills in (LAZY_LIBRARY).
//
// Whoever calls such a library asks `..._missing()` first, before anything is changed.
#ifndef LIFEBOAT_CLAZYLIBRARY_H
#define LIFEBOAT_CLAZYLIBRARY_H

#include <stddef.h>

struct lazy_function {
  const char *_Nonnull name;
  /// Where its address goes.
  void *_Nullable *_Nonnull place;
};

struct lazy_library {
  /// The name that stands for one binary interface, as in "libpq.so.5": another version is not loaded by mistake.
  const char *_Nonnull soname;
  const struct lazy_function *_Nonnull functions;
  size_t count;
  /// Every function was found.
  int is_loaded;
};

/// Loads the library with all of its functions, unless that was done before. Any thread may call it at any time.
///
/// NULL when everything is there; otherwise the loader's words, good until this thread calls it again. It is tried
/// anew each time: what was missing may have been installed since.
const char *_Nullable lazy_library_missing(struct lazy_library *_Nonnull library);

/// The same for a call that nobody asked for before: ends the process when the library is not there.
void lazy_library_require(struct lazy_library *_Nonnull library);

#define LAZY_POINTER(result, name, parameters, arguments) static void *lazy_##name;
#define LAZY_ENTRY(result, name, parameters, arguments) {#name, &lazy_##name},

// The pointers to all functions of a list, and the library they come from.
#define LAZY_LIBRARY(soname, FUNCTIONS)                                                        \
  FUNCTIONS(LAZY_POINTER)                                                                      \
  static const struct lazy_function lazy_functions[] = {FUNCTIONS(LAZY_ENTRY)};                \
  static struct lazy_library lazy_library = {                                                  \
      soname, lazy_functions, sizeof lazy_functions / sizeof lazy_functions[0], 0};

// The function in the library. A pointer is written once, with the same value by whoever writes it.
#define LAZY_REAL(name)                                                                        \
  ({                                                                                           \
    void *real = __atomic_load_n(&lazy_##name, __ATOMIC_ACQUIRE);                              \
    if (real == NULL) {                                                                        \
      lazy_library_require(&lazy_library);                                                     \
      real = __atomic_load_n(&lazy_##name, __ATOMIC_ACQUIRE);                                  \
    }                                                                                          \
    (__typeof__(&name))real;                                                                   \
  })

// Hidden: the library's calls to its own functions must not come here.
#define LAZY_FORWARD(result, name, parameters, arguments)                                      \
  __attribute__((visibility("hidden"))) result name parameters { return LAZY_REAL(name) arguments; }

#endif
