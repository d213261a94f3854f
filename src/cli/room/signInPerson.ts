import { type ChatError, Status } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { passwordPrompt, readFirstLine, shownName } from "../signInLine.ts";
import { FIRST_COMMANDS } from "../terminal/item.ts";
import {
  type Account,
  type Entered,
  endRefused,
  endWrong,
  enterWithToken,
  nextLine,
  refusal,
  type SignInOptions,
  signIn,
} from "./signIn.ts";

/** How many sign-ins with a password that was asked for may be refused. */
const MAX_TRIES = 3;
/** Refusals after which another password may be right. */
const WRONG_PASSWORD = new Set<string | undefined>(["BAD_CREDENTIALS", "PASSWORD_INVALID"]);

/**
 * Signs a person in: with the kept session, or by the first screen. A sign-in whose line has the password is as it
 * always was: if it is refused, the program ends. A password that is asked for may be tried again
 * (docs/decisions/0041-signing-in.md).
 */
export async function signInPerson(options: SignInOptions): Promise<Entered | Exit> {
  const { token, terminal, config, words } = options;
  if (token !== undefined) return enterWithToken(options, token);
  const again = await comeBack(options);
  if (typeof again !== "string") return again;
  if (!options.isStarted) await terminal.show({ kind: "start", server: config.server });
  if (again !== "") await terminal.show({ kind: "note", text: words.session.ended(again) });
  return new FirstScreen(options).run();
}

/**
 * Enters with the kept session, if the server still accepts it. Otherwise resolves with the name of the user whose
 * session has ended; empty: no session is kept.
 */
async function comeBack(options: SignInOptions): Promise<Entered | Exit | string> {
  const { client, terminal, config, kept } = options;
  const session = await kept.find(config);
  if (session === undefined || (config.user !== undefined && config.user.toLowerCase() !== session.username)) return "";
  const { token, username, expiresAt } = session;
  try {
    await client.list(token, { pageSize: 1, signal: terminal.interrupted });
  } catch (error) {
    if (exitOf(error) !== Exit.REFUSED || (error as ChatError).code !== Status.UNAUTHENTICATED) {
      return endRefused(options, error);
    }
    await kept.forget(config, token);
    return username;
  }
  await terminal.show({ kind: "signedIn", username, expiresAt, created: false, kept: true });
  return { session, isTemporary: false };
}

/** The first screen of a person. */
class FirstScreen {
  readonly #options: SignInOptions;
  /** Why no server answers. A person should learn that before they type a password. */
  readonly #unreached: Promise<ChatError | undefined>;
  #triesLeft = MAX_TRIES;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#unreached = whyUnreached(options);
  }

  async run(): Promise<Entered | Exit> {
    const { config, terminal, words } = this.#options;
    let result: Entered | Exit | undefined;
    if (config.user !== undefined) result = await this.#signInAs(config.user);
    while (result === undefined) {
      const line = await Promise.race([nextLine(terminal), this.#unreached.then((error) => error ?? NEVER)]);
      if (line instanceof Error) return endRefused(this.#options, line);
      if (line === undefined) return Exit.FINE;
      const first = readFirstLine(line, { words: words.session, isPerson: true });
      switch (first.kind) {
        case "quit":
          return Exit.FINE;
        case "wrong":
          return endWrong(this.#options, first.message);
        case "help":
          await terminal.show({ kind: "note", text: words.session.help });
          break;
        case "incomplete":
          await terminal.show({ kind: "error", message: first.message, usage: FIRST_COMMANDS });
          break;
        case "signIn":
          result = await this.#signIn(first, first.password);
      }
    }
    return result;
  }

  /** Signs in as the user that a setting names. */
  async #signInAs(username: string): Promise<Entered | Exit | undefined> {
    const { config, terminal, words } = this.#options;
    const account = { creates: false, username };
    if (!config.passwordStdin) return this.#signIn(account, undefined);
    const password = await terminal.secret(passwordPrompt(username, words.session));
    return password === undefined ? Exit.FINE : this.#signIn(account, password);
  }

  /** Undefined: the person is to begin anew. */
  async #signIn(account: Account, password: string | undefined): Promise<Entered | Exit | undefined> {
    const unreached = await this.#unreached;
    if (unreached !== undefined) return endRefused(this.#options, unreached);
    return password === undefined ? this.#ask(account) : this.#tryOnce(account, password);
  }

  async #tryOnce(account: Account, password: string): Promise<Entered | Exit> {
    try {
      return await this.#enter(account, password);
    } catch (error) {
      return endRefused(this.#options, error);
    }
  }

  /** Asks for the password until it is right, or the tries are used up. Undefined: the person is to begin anew. */
  async #ask(account: Account): Promise<Entered | Exit | undefined> {
    const { terminal, words } = this.#options;
    for (;;) {
      const password = await (account.creates ? this.#newPassword(account) : this.#password(account));
      if (password === undefined) return Exit.FINE;
      if (password === "") return undefined;
      try {
        return await this.#enter(account, password);
      } catch (error) {
        this.#triesLeft -= 1;
        if (exitOf(error) !== Exit.REFUSED || this.#triesLeft === 0 || terminal.interrupted.aborted) {
          return endRefused(this.#options, error);
        }
        const isPasswordWrong = WRONG_PASSWORD.has((error as ChatError).reason);
        await terminal.show({ ...refusal(error), ...(isPasswordWrong ? {} : { usage: FIRST_COMMANDS }) });
        if (!isPasswordWrong) return undefined;
        await terminal.show({ kind: "note", text: words.session.tryAgain });
      }
    }
  }

  #password({ username }: Account): Promise<string | undefined> {
    return this.#options.terminal.secret(passwordPrompt(username, this.#options.words.session));
  }

  /** A new password, typed twice the same. */
  async #newPassword({ username }: Account): Promise<string | undefined> {
    const { terminal, words } = this.#options;
    for (;;) {
      const password = await terminal.secret(words.session.newPasswordPrompt(shownName(username)));
      if (password === undefined || password === "") return password;
      const repeated = await terminal.secret(words.session.repeatPrompt);
      if (repeated === undefined || repeated === password) return repeated;
      await terminal.show({ kind: "note", text: words.session.passwordsDiffer });
    }
  }

  async #enter(account: Account, password: string): Promise<Entered> {
    const { kept, config, terminal, words } = this.#options;
    const session = await signIn(this.#options, account, password);
    if (await kept.keep(config, session)) await terminal.show({ kind: "note", text: words.session.kept });
    return { session, isTemporary: false };
  }
}

const NEVER = new Promise<never>(() => {});

/** Why no Obrolan server answers. Undefined if one answers, also with an error: the sign-in reports its own errors. */
async function whyUnreached({ client, terminal }: SignInOptions): Promise<ChatError | undefined> {
  try {
    await client.isServing({ signal: terminal.interrupted });
    return undefined;
  } catch (error) {
    if (terminal.interrupted.aborted || exitOf(error) !== Exit.UNREACHED) return undefined;
    // A proxy may let only the calls of the chat service through; then the sign-in shows whether a server answers.
    const { code } = error as ChatError;
    return code === Status.UNIMPLEMENTED ? undefined : (error as ChatError);
  }
}
