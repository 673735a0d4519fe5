// Asks a web server as observers do, a new connection each time, from one thread through libcurl's "multi" interface:
// what as many samples at that pace cost at least.
//
//     fetch PORT OBSERVERS MILLISECONDS-BETWEEN-SAMPLES SECONDS
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t take(char *bytes, size_t size, size_t count, void *to) {
  (void)bytes, (void)to;
  return size * count;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static void ask(CURLM *all, const char *url) {
  CURL *one = curl_easy_init();
  curl_easy_setopt(one, CURLOPT_URL, url);
  curl_easy_setopt(one, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(one, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(one, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(one, CURLOPT_TIMEOUT_MS, 1000L);
  curl_easy_setopt(one, CURLOPT_WRITEFUNCTION, take);
  curl_multi_add_handle(all, one);
}

int main(int count, char **arguments) {
  if (count < 5 || curl_global_init(CURL_GLOBAL_DEFAULT)) return 64;
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", atoi(arguments[1]));
  int observers = atoi(arguments[2]), waves = 4, wave = 0, running, left;
  double pause = atoi(arguments[3]) / 1000.0 / waves, due = now(), end = due + atoi(arguments[4]);
  CURLM *all = curl_multi_init();
  while (now() < end) {
    // A quarter of them at a time, as observers are spread.
    if (now() >= due) {
      for (int one = wave++ % waves; one < observers; one += waves) ask(all, url);
      due += pause;
    }
    curl_multi_perform(all, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(all, &left));) {
      CURL *one = message->easy_handle;
      if (message->data.result) return 1;
      curl_multi_remove_handle(all, one);
      curl_easy_cleanup(one);
    }
    double rest = due - now();
    if (rest > 0) curl_multi_poll(all, NULL, 0, (int)(rest * 1000) + 1, NULL);
  }
  return 0;
}
