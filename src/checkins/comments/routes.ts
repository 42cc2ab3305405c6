import { guard } from "../../auth/guard.ts";
import { jsonBody } from "../../http/body.ts";
import { remarkRoutes, shown } from "../remark_routes.ts";
import { changeRemark } from "../remark_store.ts";
import { commentChange, newComment } from "./schema.ts";

/** Comments (Status Hero): what people say about a check-in. */
export const commentsRoutes = remarkRoutes("comment", newComment).patch(
  "/comments/:id",
  guard("team"),
  jsonBody(commentChange),
  async (c) => {
    await changeRemark(c.get("db"), c.get("caller"), "comment", c.req.param("id"), c.req.valid("json").body);
    return c.json(await shown(c, "comment", c.req.param("id")));
  },
);
