// Preloaded: a disk under one program that takes its time, or gives no answer.
//
// SLOW_DISK names a file: the milliseconds that each fdatasync takes; "stuck" as long as it stands there.
// SLOW_DISK.synced then holds how much of the journal is on the disk: the size as the sync began.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// -1: stuck.
static long delay(const char *path) {
  FILE *file = path ? fopen(path, "re") : NULL;
  char word[16] = "0";
  if (file == NULL) return 0;
  if (fscanf(file, "%15s", word) != 1) word[0] = '0';
  fclose(file);
  return strcmp(word, "stuck") == 0 ? -1 : atol(word);
}

static int is_journal(int descriptor) {
  char link[64], name[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  const char *last = strrchr(name, '/');
  return last != NULL && strcmp(last, "/journal.jsonl") == 0;
}

static void note(const char *path, long size) {
  char name[PATH_MAX], fresh[PATH_MAX];
  snprintf(name, sizeof name, "%s.synced", path);
  snprintf(fresh, sizeof fresh, "%s.fresh", path);
  FILE *file = fopen(fresh, "we");
  if (file == NULL) return;
  fprintf(file, "%ld\n", size);
  fclose(file);
  rename(fresh, name);
}

int fdatasync(int descriptor) {
  static int (*real)(int);
  const char *path = getenv("SLOW_DISK");
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (path == NULL || !is_journal(descriptor)) return real(descriptor);
  struct stat before;
  if (fstat(descriptor, &before) != 0) return -1;
  long wait = delay(path);
  while (wait < 0) {
    usleep(10000);
    wait = delay(path);
  }
  usleep((useconds_t)wait * 1000);
  int result = real(descriptor);
  if (result == 0) note(path, (long)before.st_size);
  return result;
}
