/** How a client calls what a status is to a team. */
export const CLASSES = { working: true, not_working: false } as const;

/** The most statuses a team may class; each request of its tools reads them all. */
export const MAX_CLASSES = 200;

/** A team's own classes as a client reads them. */
export const classNames = (classes: Readonly<Record<string, boolean>>): Record<string, keyof typeof CLASSES> =>
  Object.fromEntries(Object.entries(classes).map(([status, works]) => [status, works ? "working" : "not_working"]));
