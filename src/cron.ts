/** Runs what is due at a cron expression of wrangler.toml. */
export async function scheduled(controller: ScheduledController, _env: Env): Promise<void> {
  switch (controller.cron) {
    case "*/5 * * * *":
      return;
    default:
      throw new Error(`no work is planned for cron ${controller.cron}`);
  }
}
