#include "CLazyLibrary.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

const char *lazy_library_missing(struct lazy_library *library) {
  if (__atomic_load_n(&library->is_loaded, __ATOMIC_ACQUIRE)) return NULL;
  // Local: its functions have the same names as ours. Now: what it needs itself must be there as well. It is never
  // unloaded, and loading it twice gives the same.
  void *handle = dlopen(library->soname, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return dlerror();
  for (size_t i = 0; i < library->count; i++) {
    void *found = dlsym(handle, library->functions[i].name);
    if (found == NULL) return dlerror();
    __atomic_store_n(library->functions[i].place, found, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&library->is_loaded, 1, __ATOMIC_RELEASE);
  return NULL;
}

void lazy_library_require(struct lazy_library *library) {
  const char *reason = lazy_library_missing(library);
  if (reason == NULL) return;
  // As it would have ended at its start, had it been linked: before the call, and with a reason.
  fprintf(stderr, "error: a library of the system's cannot be loaded: %s\n", reason);
  _Exit(70);
}
