#include "CLibPQ.h"

#include "CLazyLibrary.h"

// What this project calls. A call that does not stand here does not link.
#define FUNCTIONS(F) \
  F(void, PQclear, (PGresult *a), (a)) \
  F(PostgresPollingStatusType, PQconnectPoll, (PGconn *a), (a)) \
  F(PGconn *, PQconnectStart, (const char *a), (a)) \
  F(PGconn *, PQconnectStartParams, \
    (const char *const *a, const char *const *b, int c), \
    (a, b, c)) \
  F(int, PQconnectionNeedsPassword, (const PGconn *a), (a)) \
  F(int, PQconnectionUsedPassword, (const PGconn *a), (a)) \
  F(int, PQconsumeInput, (PGconn *a), (a)) \
  F(char *, PQerrorMessage, (const PGconn *a), (a)) \
  F(void, PQfinish, (PGconn *a), (a)) \
  F(int, PQflush, (PGconn *a), (a)) \
  F(char *, PQfname, (const PGresult *a, int b), (a, b)) \
  F(PGresult *, PQgetResult, (PGconn *a), (a)) \
  F(int, PQgetisnull, (const PGresult *a, int b, int c), (a, b, c)) \
  F(char *, PQgetvalue, (const PGresult *a, int b, int c), (a, b, c)) \
  F(int, PQisBusy, (PGconn *a), (a)) \
  F(int, PQnfields, (const PGresult *a), (a)) \
  F(int, PQntuples, (const PGresult *a), (a)) \
  F(char *, PQresultErrorField, (const PGresult *a, int b), (a, b)) \
  F(char *, PQresultErrorMessage, (const PGresult *a), (a)) \
  F(ExecStatusType, PQresultStatus, (const PGresult *a), (a)) \
  F(int, PQsendQueryParams, \
    (PGconn *a, const char *b, int c, const Oid *d, const char *const *e, const int *f, \
      const int *g, int h), \
    (a, b, c, d, e, f, g, h)) \
  F(int, PQserverVersion, (const PGconn *a), (a)) \
  F(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn *a, PQnoticeProcessor b, void *c), (a, b, c)) \
  F(int, PQsetnonblocking, (PGconn *a, int b), (a, b)) \
  F(int, PQsocket, (const PGconn *a), (a)) \
  F(ConnStatusType, PQstatus, (const PGconn *a), (a))

LAZY_LIBRARY("libpq.so.5", FUNCTIONS)

FUNCTIONS(LAZY_FORWARD)

const char *clibpq_missing(void) { return lazy_library_missing(&lazy_library); }
