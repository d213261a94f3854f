import type { TestServer } from "./server.ts";

/** More sessions than a test opens. */
const MAX_SESSIONS = 500;

/** The ids of all sessions in the store of a server that have not ended. */
export async function liveSessions(server: Pick<TestServer, "engines">): Promise<number[]> {
  const ids = Array.from({ length: MAX_SESSIONS }, (_, index) => index + 1);
  const ended = new Set(await server.engines.sessions.ended(ids));
  return ids.filter((id) => !ended.has(id));
}
