/** Reads all data of a Status Hero team that the import writes. */
import * as z from "zod";
import type { StatusHeroClient } from "./client.ts";
import {
  type Activity,
  activity,
  type Member,
  member,
  type Remark,
  type Report,
  remark,
  report,
  type Status,
  status,
  tag,
} from "./schema.ts";

/** The data of a team. */
export type Team = {
  members: Member[];
  reports: Report[];
  statuses: Status[];
  comments: Remark[];
  reactions: Remark[];
  /** Each with the check-in that lists it: the activity itself does not name its person. */
  activities: { activity: Activity; status: Status }[];
  /** Ids of check-ins by tag. */
  tagged: Map<string, string[]>;
};

/** Reads a team. `onProgress` is called with what is read next, and with the number of requests if that is known. */
export async function readTeam(
  client: StatusHeroClient,
  onProgress: (what: string, requests?: number) => void,
): Promise<Team> {
  onProgress("members");
  const members = await client.list("/members", "members", member, ({ id }) => id);
  onProgress("reports");
  const reports = await client.list("/reports", "reports", report, ({ id }) => id);
  onProgress("check-ins");
  const statuses = await client.list("/statuses", "statuses", status, ({ id }) => id);
  onProgress("tags");
  const tags = await client.list("/tags", "tags", tag, (name) => name);
  onProgress("check-ins by tag", tags.length);
  const tagged = new Map<string, string[]>();
  for (const name of tags) {
    const found = await client.list(`/tags/${encodeURIComponent(name)}`, "statuses", status, ({ id }) => id);
    tagged.set(
      name,
      found.map(({ id }) => id),
    );
  }

  /** Reads resources by their ids, each once. Leaves out those that were removed meanwhile. */
  const each = async <T>(path: string, ids: string[], read: (path: string) => Promise<T | null>): Promise<T[]> => {
    const found: T[] = [];
    for (const id of new Set(ids)) {
      const one = await read(`${path}/${encodeURIComponent(id)}`);
      if (one !== null) found.push(one);
    }
    return found;
  };
  const commentIds = statuses.flatMap(({ comment_ids }) => comment_ids);
  onProgress("comments", commentIds.length);
  const comments = await each("/comments", commentIds, (path) => client.one(path, z.object({ comment: remark })));
  const reactionIds = statuses.flatMap(({ reaction_ids }) => reaction_ids);
  onProgress("reactions", reactionIds.length);
  const reactions = await each("/reactions", reactionIds, (path) => client.one(path, z.object({ reaction: remark })));
  const owners = new Map(statuses.flatMap((one) => one.status_activity_ids.map((id) => [id, one] as const)));
  onProgress("status activities", owners.size);
  const activities = await each("/status_activities", [...owners.keys()], (path) =>
    client.one(path, z.object({ status_activity: activity })),
  );
  return {
    ...{ members, reports, statuses, tagged },
    comments: comments.map(({ comment }) => comment),
    reactions: reactions.map(({ reaction }) => reaction),
    activities: activities.map(({ status_activity }) => ({
      activity: status_activity,
      status: owners.get(status_activity.id)!,
    })),
  };
}
