import { guard } from "../../auth/key_guard.ts";
import { changeComment } from "../../checkins/remarks/service.ts";
import { jsonBody } from "../../http/body.ts";
import { serviceContext } from "../../http/context.ts";
import { commentChange, newComment } from "./comments_schema.ts";
import { teamSite } from "./link.ts";
import { remarkBody } from "./remark_body.ts";
import { remarkRoutes } from "./remarks_routes.ts";

/** Routes of comments on check-ins (Status Hero, "Comments"). */
export const commentsRoutes = remarkRoutes("comment", newComment).patch(
  "/comments/:id",
  guard("team"),
  jsonBody(commentChange),
  async function change(c) {
    const comment = await changeComment(serviceContext(c), c.req.param("id"), c.req.valid("json").body);
    return c.json({ comment: remarkBody("comment", comment, teamSite(c.req.url, c.get("actor").team)) });
  },
);
