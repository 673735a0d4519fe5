// Asks a web server so many times, a new connection each, through libcurl: what as many samples cost at least.
//
//     fetch PORT TIMES
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t take(char *bytes, size_t size, size_t count, void *to) {
  (void)bytes, (void)to;
  return size * count;
}

int main(int count, char **arguments) {
  if (count < 3 || curl_global_init(CURL_GLOBAL_DEFAULT)) return 64;
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", atoi(arguments[1]));
  for (int left = atoi(arguments[2]); left > 0; left--) {
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    if (curl_easy_perform(curl)) return 1;
    curl_easy_cleanup(curl);
  }
  return 0;
}
