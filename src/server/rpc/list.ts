import type { ListRequest, ListResponse } from "../../gen/obrolan/v1/chat.ts";
import { Refusal } from "../common/refusal.ts";
import type { OnlineList, OnlinePage } from "../presence/onlineList.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";

/** `List`: a page of the users who are online. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`, `PAGE_TOKEN_INVALID`. */
export async function list({ pageSize, pageToken }: ListRequest, call: UnaryCall): Promise<ListResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  await sessionOf(authorization, node.signIn);
  const page = await pageOf(node.online, pageSize, pageToken);
  return {
    users: page.users.map(({ username, since }) => ({ username, onlineSince: new Date(since) })),
    nextPageToken: page.nextPageToken,
    totalSize: page.total,
  };
}

/** A page of the online list. A refusal of the page token names the fields of the contract. */
async function pageOf(online: OnlineList, size: number, token: string): Promise<OnlinePage> {
  try {
    return await online.page(size, token);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== "PAGE_TOKEN_INVALID") throw error;
    const shown = JSON.stringify(token.slice(0, 64));
    throw new Refusal(
      "PAGE_TOKEN_INVALID",
      `${shown} is not a page token that List gave: take next_page_token of the page before, ` +
        "or none for the first page.",
      { field: "pageToken" },
    );
  }
}
