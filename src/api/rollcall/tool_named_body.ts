import { formatInstant } from "../../lib/instant.ts";
import type { ToolNamedPerson } from "../../privacy/tool_named_store.ts";

/** Shows a person whom only a tool has named. */
export const toolNamedBody = ({ id, name, email, createdAt }: ToolNamedPerson) => ({
  ...{ id, name, email },
  created_at: formatInstant(createdAt),
});
