/** Returns the innermost cause of an error. Only this may be logged: outer errors can quote a query with personal data. */
export function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
