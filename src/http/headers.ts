/** For an answer with a key or secret: no cache may store it (RFC 9111 section 5.2.2.5). */
export const NO_STORE = { "Cache-Control": "no-store" };
