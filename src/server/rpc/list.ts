import type { ListRequest, ListResponse } from "../../gen/obrolan/v1/chat.ts";
import type { OnlineList } from "../presence/onlineList.ts";

/** `List`: a page of who is online. */
export async function list({ pageSize, pageToken }: ListRequest, online: OnlineList): Promise<ListResponse> {
  const page = await online.page(pageSize, pageToken);
  return {
    users: page.users.map(({ username, since }) => ({ username, onlineSince: new Date(since) })),
    nextPageToken: page.nextPageToken,
    totalSize: page.total,
  };
}
