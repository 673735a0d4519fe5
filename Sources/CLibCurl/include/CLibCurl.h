// libcurl, loaded when it is first used.
#include <curl/curl.h>

// Why libcurl cannot be used; NULL when it is there. To be asked before anything is done with it, see CLazyLibrary.h.
const char *clibcurl_missing(void);

// libcurl's setters take a variable argument list, which Swift cannot call; these take one type each.
CURLcode lifeboat_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode lifeboat_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode lifeboat_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode lifeboat_curl_set_write(
    CURL *handle, CURLoption option, size_t (*value)(char *, size_t, size_t, void *));
CURLcode lifeboat_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode lifeboat_curl_get_double(CURL *handle, CURLINFO info, double *value);
CURLcode lifeboat_curl_get_text(CURL *handle, CURLINFO info, char **value);
