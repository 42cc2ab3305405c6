/** What lies at the bottom of an error. Only this may be logged: what wraps it can quote a query with people's data in it. */
export function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
