import type { ListRequest, ListResponse } from "../../gen/obrolan/v1/chat.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";

/** `List`: one page of the users who are online. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`, `PAGE_TOKEN_INVALID`. */
export async function list({ pageSize, pageToken }: ListRequest, call: UnaryCall): Promise<ListResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  await sessionOf(authorization, node.signIn);
  const page = await node.online.page(pageSize, pageToken);
  return {
    users: page.users.map(({ username, since }) => ({ username, onlineSince: new Date(since) })),
    nextPageToken: page.nextPageToken,
    totalSize: page.total,
  };
}
