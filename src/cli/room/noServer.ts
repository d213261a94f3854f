import type { Catalogue } from "../catalogue/index.ts";
import { clientSettings } from "../config.ts";
import { programName } from "../programName.ts";
import type { Usage } from "../terminal/item.ts";

/**
 * What a person can do if nothing listens at the default address: three commands. Undefined for another server or another
 * error, whose own sentence says what to do.
 */
export function noServerHint(
  { server, message }: { readonly server: string; readonly message: string },
  words: Catalogue["commandLine"],
  env: NodeJS.ProcessEnv = process.env,
): readonly Usage[] | undefined {
  if (server !== clientSettings.server.default || !message.includes("ECONNREFUSED")) return undefined;
  const program = programName(env);
  return [
    { usage: `${program} demo`, summary: words.tryDemo },
    { usage: `${program} serve`, summary: words.startServer },
    { usage: `${program} HOST:PORT`, summary: words.nameServer },
  ];
}
