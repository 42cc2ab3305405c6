/** The words for whether a team counts a status as working time. */
export const STATUS_CLASSES = { working: true, not_working: false } as const;

/** The most statuses that a team may classify: each request of its tools reads all of them. */
export const MAX_STATUS_CLASSES = 200;

/** Returns the words for a team's own classes, by status. */
export const statusClassNames = (
  classes: Readonly<Record<string, boolean>>,
): Record<string, keyof typeof STATUS_CLASSES> =>
  Object.fromEntries(
    Object.entries(classes).map(([status, isWorking]) => [status, isWorking ? "working" : "not_working"]),
  );
