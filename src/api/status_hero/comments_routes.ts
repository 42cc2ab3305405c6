import { guard } from "../../auth/key_guard.ts";
import { changeRemark } from "../../checkins/remarks/store.ts";
import { jsonBody } from "../../http/body.ts";
import { commentChange, newComment } from "./comments_schema.ts";
import { remarkRoutes, shown } from "./remarks_routes.ts";

/** Comments (Status Hero): what people say about a check-in. */
export const commentsRoutes = remarkRoutes("comment", newComment).patch(
  "/comments/:id",
  guard("team"),
  jsonBody(commentChange),
  async (c) => {
    await changeRemark(c.get("db"), c.get("actor"), "comment", c.req.param("id"), c.req.valid("json").body);
    return c.json(await shown(c, "comment", c.req.param("id")));
  },
);
