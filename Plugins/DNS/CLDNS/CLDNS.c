#include "CLDNS.h"

#include "CLazyLibrary.h"

// What this project calls. A call that does not stand here does not link.
#define FUNCTIONS(F) \
  F(void, ldns_dname2canonical, (const ldns_rdf *a), (a)) \
  F(ldns_rdf *, ldns_dname_new_frm_str, (const char *a), (a)) \
  F(ldns_status, ldns_pkt2wire, (uint8_t **a, const ldns_pkt *b, size_t *c), (a, b, c)) \
  F(bool, ldns_pkt_aa, (const ldns_pkt *a), (a)) \
  F(ldns_rr_list *, ldns_pkt_answer, (const ldns_pkt *a), (a)) \
  F(ldns_rr_list *, ldns_pkt_authority, (const ldns_pkt *a), (a)) \
  F(void, ldns_pkt_free, (ldns_pkt *a), (a)) \
  F(ldns_pkt_opcode, ldns_pkt_get_opcode, (const ldns_pkt *a), (a)) \
  F(ldns_pkt_rcode, ldns_pkt_get_rcode, (const ldns_pkt *a), (a)) \
  F(uint16_t, ldns_pkt_id, (const ldns_pkt *a), (a)) \
  F(ldns_pkt *, ldns_pkt_new, (void), ()) \
  F(bool, ldns_pkt_push_rr, (ldns_pkt *a, ldns_pkt_section b, ldns_rr *c), (a, b, c)) \
  F(bool, ldns_pkt_qr, (const ldns_pkt *a), (a)) \
  F(ldns_pkt *, ldns_pkt_query_new, \
    (ldns_rdf *a, ldns_rr_type b, ldns_rr_class c, uint16_t d), \
    (a, b, c, d)) \
  F(ldns_rr_list *, ldns_pkt_question, (const ldns_pkt *a), (a)) \
  F(void, ldns_pkt_set_id, (ldns_pkt *a, uint16_t b), (a, b)) \
  F(void, ldns_pkt_set_opcode, (ldns_pkt *a, ldns_pkt_opcode b), (a, b)) \
  F(bool, ldns_pkt_tc, (const ldns_pkt *a), (a)) \
  F(ldns_rr *, ldns_pkt_tsig, (const ldns_pkt *a), (a)) \
  F(ldns_status, ldns_pkt_tsig_sign, \
    (ldns_pkt *a, const char *b, const char *c, uint16_t d, const char *e, const ldns_rdf *f), \
    (a, b, c, d, e, f)) \
  F(bool, ldns_pkt_tsig_verify, \
    (ldns_pkt *a, const uint8_t *b, size_t c, const char *d, const char *e, const ldns_rdf *f), \
    (a, b, c, d, e, f)) \
  F(uint16_t, ldns_rdf2native_int16, (const ldns_rdf *a), (a)) \
  F(uint32_t, ldns_rdf2native_int32, (const ldns_rdf *a), (a)) \
  F(char *, ldns_rdf2str, (const ldns_rdf *a), (a)) \
  F(ldns_rdf *, ldns_rdf_clone, (const ldns_rdf *a), (a)) \
  F(uint8_t *, ldns_rdf_data, (const ldns_rdf *a), (a)) \
  F(void, ldns_rdf_deep_free, (ldns_rdf *a), (a)) \
  F(ldns_rdf *, ldns_rdf_new_frm_data, (ldns_rdf_type a, size_t b, const void *c), (a, b, c)) \
  F(ldns_rdf *, ldns_rdf_new_frm_str, (ldns_rdf_type a, const char *b), (a, b)) \
  F(size_t, ldns_rdf_size, (const ldns_rdf *a), (a)) \
  F(void, ldns_rr_free, (ldns_rr *a), (a)) \
  F(ldns_rr_type, ldns_rr_get_type, (const ldns_rr *a), (a)) \
  F(ldns_rr *, ldns_rr_list_rr, (const ldns_rr_list *a, size_t b), (a, b)) \
  F(size_t, ldns_rr_list_rr_count, (const ldns_rr_list *a), (a)) \
  F(ldns_rr *, ldns_rr_new, (void), ()) \
  F(ldns_rdf *, ldns_rr_owner, (const ldns_rr *a), (a)) \
  F(bool, ldns_rr_push_rdf, (ldns_rr *a, const ldns_rdf *b), (a, b)) \
  F(size_t, ldns_rr_rd_count, (const ldns_rr *a), (a)) \
  F(ldns_rdf *, ldns_rr_rdf, (const ldns_rr *a, size_t b), (a, b)) \
  F(void, ldns_rr_set_class, (ldns_rr *a, ldns_rr_class b), (a, b)) \
  F(void, ldns_rr_set_owner, (ldns_rr *a, ldns_rdf *b), (a, b)) \
  F(void, ldns_rr_set_question, (ldns_rr *a, bool b), (a, b)) \
  F(void, ldns_rr_set_ttl, (ldns_rr *a, uint32_t b), (a, b)) \
  F(void, ldns_rr_set_type, (ldns_rr *a, ldns_rr_type b), (a, b)) \
  F(uint32_t, ldns_rr_ttl, (const ldns_rr *a), (a)) \
  F(ldns_status, ldns_wire2pkt, (ldns_pkt **a, const uint8_t *b, size_t c), (a, b, c))

LAZY_LIBRARY("libldns.so.3", FUNCTIONS)

FUNCTIONS(LAZY_FORWARD)

const char *cldns_missing(void) { return lazy_library_missing(&lazy_library); }
