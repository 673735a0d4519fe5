#include "CLibCurl.h"

#include "CLazyLibrary.h"

// What this project calls. A call that does not stand here does not link.
#define FUNCTIONS(F) \
  F(void, curl_easy_cleanup, (CURL *a), (a)) \
  F(CURL *, curl_easy_init, (void), ()) \
  F(CURLcode, curl_easy_perform, (CURL *a), (a)) \
  F(const char *, curl_easy_strerror, (CURLcode a), (a)) \
  F(void, curl_free, (void *a), (a)) \
  F(CURLcode, curl_global_init, (long a), (a)) \
  F(struct curl_slist *, curl_slist_append, (struct curl_slist *a, const char *b), (a, b)) \
  F(void, curl_slist_free_all, (struct curl_slist *a), (a)) \
  F(CURLU *, curl_url, (void), ()) \
  F(void, curl_url_cleanup, (CURLU *a), (a)) \
  F(CURLUcode, curl_url_get, (CURLU *a, CURLUPart b, char **c, unsigned int d), (a, b, c, d)) \
  F(CURLUcode, curl_url_set, (CURLU *a, CURLUPart b, const char *c, unsigned int d), (a, b, c, d))

// With a variable argument list: these cannot be forwarded as they are.
#define SETTERS(F) \
  F(CURLcode, curl_easy_setopt, , ) \
  F(CURLcode, curl_easy_getinfo, , )

#define ALL(F) FUNCTIONS(F) SETTERS(F)

LAZY_LIBRARY("libcurl.so.4", ALL)

FUNCTIONS(LAZY_FORWARD)

const char *clibcurl_missing(void) { return lazy_library_missing(&lazy_library); }

CURLcode lifeboat_curl_set_long(CURL *handle, CURLoption option, long value) {
  return LAZY_REAL(curl_easy_setopt)(handle, option, value);
}
CURLcode lifeboat_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return LAZY_REAL(curl_easy_setopt)(handle, option, value);
}
CURLcode lifeboat_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return LAZY_REAL(curl_easy_setopt)(handle, option, value);
}
CURLcode lifeboat_curl_set_write(
    CURL *handle, CURLoption option, size_t (*value)(char *, size_t, size_t, void *)) {
  return LAZY_REAL(curl_easy_setopt)(handle, option, value);
}
CURLcode lifeboat_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return LAZY_REAL(curl_easy_getinfo)(handle, info, value);
}
CURLcode lifeboat_curl_get_double(CURL *handle, CURLINFO info, double *value) {
  return LAZY_REAL(curl_easy_getinfo)(handle, info, value);
}
CURLcode lifeboat_curl_get_text(CURL *handle, CURLINFO info, char **value) {
  return LAZY_REAL(curl_easy_getinfo)(handle, info, value);
}
