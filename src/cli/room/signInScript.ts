import type { Exit } from "../exit.ts";
import { mayHoldPassword, passwordPrompt, readFirstLine } from "../signInLine.ts";
import {
  type Account,
  type Entered,
  endRefused,
  endWrong,
  enterWithToken,
  nextLine,
  type SignInOptions,
  signIn,
} from "./signIn.ts";

/**
 * Signs a script in. If it begins with a sign-in, that counts, whatever the settings say: a script that brings its own
 * account must not act as another one, because a variable was set. Otherwise the session comes from the settings.
 */
export async function signInScript(options: SignInOptions): Promise<Entered | Exit> {
  const { terminal, config, words } = options;
  await terminal.show({ kind: "start", server: config.server });
  if (config.user !== undefined && config.passwordStdin) {
    return enter(options, { creates: false, username: config.user }, await terminal.line());
  }
  const line = await nextLine(terminal);
  const first = line === undefined ? undefined : readFirstLine(line, { words: words.session });
  if (first?.kind === "signIn") {
    return enter(
      options,
      first,
      first.password ?? (await terminal.secret(passwordPrompt(first.username, words.session))),
    );
  }
  const entered = line !== undefined && mayHoldPassword(line) ? undefined : await enterBySettings(options);
  if (entered === undefined)
    return endWrong(options, first?.kind === "wrong" ? first.message : words.session.noCommand);
  return typeof entered === "number" || line === undefined ? entered : { ...entered, firstLine: line };
}

async function enter(options: SignInOptions, account: Account, password: string | undefined): Promise<Entered | Exit> {
  if (password === undefined) return endWrong(options, options.words.session.noPassword);
  try {
    return { session: await signIn(options, account, password), isTemporary: true };
  } catch (error) {
    return endRefused(options, error);
  }
}

/** Enters with the token file, or with the kept session of a profile. A profile that no setting names is a person's. */
async function enterBySettings(options: SignInOptions): Promise<Entered | Exit | undefined> {
  const { token, kept, config, terminal } = options;
  if (token !== undefined) return enterWithToken(options, token);
  const session = config.profile === undefined ? undefined : await kept.find(config);
  if (session === undefined) return undefined;
  const { username, expiresAt } = session;
  await terminal.show({ kind: "signedIn", username, expiresAt, created: false, kept: true });
  return { session, isTemporary: false };
}
