import type { User } from "../../people/user.ts";

/** What people add to a check-in. `remark` means either. */
export type RemarkKind = "comment" | "reaction";

/** A remark as stored, with the people it concerns: after a merge, the successors. */
export type RemarkRow = {
  id: string;
  /** The text of a comment, or the short name of an emoji; empty once removed. */
  body: string;
  /** UTC milliseconds. */
  createdAt: number;
  removedAt: number | null;
  checkin: { id: string; slug: string; date: string };
  /** The person who added the remark. */
  author: User;
  /** The person whose check-in it is on. */
  checkinOwner: Pick<User, "id" | "name" | "lastName">;
};
