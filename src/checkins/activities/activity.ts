import { plainText } from "../../lib/html.ts";
import { activityWindow } from "./window.ts";

/** An activity of a person, as a client of Status Hero sends it. It becomes an event. */
export type NewActivity = {
  /** Any identifier of a member; by contract an e-mail. */
  email: string;
  source: string;
  sourceUrl: string | null;
  /** May hold HTML. */
  description: string;
  /** When it happened, in UTC milliseconds; null for now. */
  createdAt: number | null;
};

/** The check-in that an activity belongs to. */
type ActivityCheckin = { id: string; slug: string };

/** An event as a status activity, without its check-in. */
type ActivityFields = {
  id: string;
  kind: string;
  title: string;
  url: string | null;
  /** The description as sent, if the event was recorded as a status activity. */
  html: string | null;
  /** UTC milliseconds. */
  occurredAt: number;
};

/** An event as stored, with the check-ins that it may belong to, the preferred one first. */
export type ActivityRow = ActivityFields & {
  checkins: (ActivityCheckin & { date: string; previousDate: string })[];
};

/** An event as a status activity. `checkin` is null where the person has none for that time. */
export type Activity = ActivityFields & { checkin: ActivityCheckin | null };

/** Chooses the check-in of an activity: the first candidate whose window holds the event. */
export function withCheckin({ checkins, ...fields }: ActivityRow, timeZone: string): Activity {
  const checkin = checkins.find((candidate) => {
    const { start, end } = activityWindow(candidate, timeZone);
    return start <= fields.occurredAt && fields.occurredAt < end;
  });
  return { ...fields, checkin: checkin ?? null };
}

/** Makes the event that records an activity; `externalId` is its natural key among the team's events. */
export const activityEvent = (
  { email, source, sourceUrl, description, createdAt }: NewActivity,
  externalId: string,
  now: number,
) => ({
  kind: source,
  externalId,
  identifier: email,
  occurredAt: createdAt ?? now,
  title: plainText(description),
  scope: source,
  url: sourceUrl,
  details: null,
  html: description,
});
