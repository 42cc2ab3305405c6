import type { ServiceContext } from "../../auth/actor.ts";
import { rejectionReason } from "../../events/batch.ts";
import { saveEvents } from "../../events/store.ts";
import { badRequest, Failure, notFound } from "../../lib/failure.ts";
import { newId } from "../../lib/id.ts";
import { ensureReport } from "../reports/service.ts";
import { type Activity, activityEvent, type NewActivity, withCheckin } from "./activity.ts";
import { findActivity, isIdentifierOfMember } from "./store.ts";

/** Returns an event of the team as a status activity. Fails with `not_found`. */
export const getActivity = (context: ServiceContext, id: string): Promise<Activity> => readActivity(context, { id });

/**
 * Records an activity of a member as an event. Fails with `unprocessable` if the e-mail is not of a member of the team, and
 * with `bad_request` for a time that events of the team cannot have: see `rejectionReason`.
 */
export async function recordActivity(context: ServiceContext, activity: NewActivity): Promise<Activity> {
  const { db, actor, now } = context;
  const message = rejectionReason(activity.createdAt ?? now, now, actor.team);
  if (message !== null) throw badRequest([{ path: "created_at", message }]);
  if (!(await isIdentifierOfMember(db, actor, activity.email))) throw unknownEmail();
  const externalId = `activity-${newId()}`;
  await saveEvents(db, actor, { integrationId: null }, [activityEvent(activity, externalId, now)], now);
  return readActivity(context, { externalId });
}

async function readActivity(context: ServiceContext, name: Parameters<typeof findActivity>[2]): Promise<Activity> {
  const { db, actor } = context;
  await ensureReport(context);
  const row = await findActivity(db, actor, name);
  if (!row) throw notFound();
  return withCheckin(row, actor.team.timeZone);
}

/** Status Hero's clients read the problem of each field under `errors`. */
function unknownEmail(): Failure {
  const problem = "is not the e-mail of a member of this team";
  return new Failure("unprocessable", { text: `email: ${problem}`, errors: { email: [problem] } });
}
