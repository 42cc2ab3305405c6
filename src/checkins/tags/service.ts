import type { ServiceContext } from "../../auth/actor.ts";
import type { Page } from "../paging.ts";
import { ensureReport } from "../reports/service.ts";
import type { Checkin } from "../statuses/checkin.ts";
import { normalizeTag } from "../statuses/hashtags.ts";
import { withRelatedIds } from "../statuses/related_store.ts";
import * as store from "./store.ts";

/** Lists a page of the tags of the team's completed check-ins, sorted. */
export async function listTags(context: ServiceContext, page: Page): Promise<string[]> {
  await ensureReport(context);
  return store.listTags(context.db, context.actor, page);
}

/** Lists a page of the completed check-ins with a tag, in any case and with or without its #, the latest first. */
export async function listTaggedCheckins(context: ServiceContext, tag: string, page: Page): Promise<Checkin[]> {
  const { db, actor } = context;
  await ensureReport(context);
  const rows = await store.listTaggedCheckins(db, actor, normalizeTag(tag), page);
  return withRelatedIds(db, actor, rows);
}
