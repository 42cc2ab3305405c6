/**
 * An integration's presence timeout, in minutes: the longest gap between two beats that still extends a block. Tools that
 * only report changes need the long end.
 */
export const PRESENCE_TIMEOUT_MINUTES = { min: 1, max: 720, default: 10 } as const;
