/** Builds the argument of `scheduled` for the cron expression of a request to `/bench/cron`; null for any other request. */
export function firing(request: Request): ScheduledController | null {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname !== "/bench/cron") return null;
  const fired = { cron: searchParams.get("cron")!, scheduledTime: Date.now(), noRetry() {} };
  return fired as ScheduledController;
}
