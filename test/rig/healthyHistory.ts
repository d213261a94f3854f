import fc from "fast-check";
import { type Answer, type History, type Join, type Message, type Mutable, maySee, type Seen } from "./history.ts";

const USERS = ["ana", "bob", "cid"];
const LOG = "log-1";

/** A step of a run in which the server keeps its promise. */
type Step =
  | { readonly do: "say"; readonly who: number; readonly to: number; readonly fate: Fate }
  | { readonly do: "open"; readonly who: number; readonly recent: number; readonly welcomed: boolean }
  | { readonly do: "take"; readonly who: number; readonly count: number }
  | { readonly do: "cut"; readonly who: number }
  | { readonly do: "truncate"; readonly count: number };

/**
 * The outcome of a command. `again`: the client sends it again though it was accepted. `lost`: its first `accepted`
 * was lost. `untold`: it was posted, and no answer ever came. `late`: a lost answer rejected it, and it is posted
 * when the client sends it again. `vanished`: it was not posted, and no answer ever came.
 */
type Fate = "accepted" | "again" | "lost" | "untold" | "late" | "rejected" | "vanished";

/** An open stream: its events, its cursor, and the head at which its replay ends. */
interface Opened {
  readonly stream: Mutable<History["streams"][number]>;
  cursor: number;
  readonly target: number;
  caughtUp: boolean;
}

/**
 * Histories in which the server keeps its promise: users send, leave and come back, and the store removes old
 * messages.
 */
export function healthyHistory(): fc.Arbitrary<Mutable<History>> {
  const who = fc.nat(USERS.length - 1);
  const fate = fc.constantFrom<Fate>(
    "accepted",
    "accepted",
    "accepted",
    "again",
    "lost",
    "untold",
    "late",
    "rejected",
    "vanished",
  );
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant("say" as const), who, to: fc.nat(2 * USERS.length), fate }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("take" as const), who, count: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("open" as const),
        who,
        recent: fc.nat(3),
        welcomed: fc.integer({ min: 0, max: 9 }).map((one) => one > 0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), who }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("truncate" as const), count: fc.integer({ min: 1, max: 3 }) }),
    },
  );
  return fc.array<Step>(step, { minLength: 5, maxLength: 80, size: "max" }).map((steps) => {
    const server = new ModelServer();
    for (const one of steps) server.step(one);
    return server.end();
  });
}

/** A model of a server that records what its clients see. */
class ModelServer {
  readonly #log: Message[] = [];
  #oldestId = 1;
  #commands = 0;
  readonly #sends: Mutable<History["sends"]> = [];
  readonly #streams: Mutable<History["streams"]> = [];
  /** By client: posts the late commands, which the client sends again on its next stream. */
  readonly #late = new Map<string, (() => void)[]>();
  readonly #open = new Map<string, Opened>();
  /** By client: its last cursor. */
  readonly #cursors = new Map<string, number>();

  step(step: Step): void {
    if (step.do === "truncate") {
      this.#oldestId = Math.min(this.#oldestId + step.count, this.#log.length + 1);
      return;
    }
    const user = USERS[step.who] as string;
    const client = phoneOf(user);
    if (step.do === "say") this.#say(user, client, USERS[step.to] ?? "", step.fate);
    else if (step.do === "take") this.#take(client, step.count);
    else if (step.do === "cut") this.#open.delete(client);
    else this.#enter(user, client, step.recent, step.welcomed);
  }

  /** Every client waits until it has everything, and an audit of each user reads the log from the beginning. */
  end(): Mutable<History> {
    // A client that comes back sends its late commands again, which adds messages. So all clients come back before any
    // of them takes the rest.
    for (const user of USERS) if (!this.#open.has(phoneOf(user))) this.#enter(user, phoneOf(user), 0, true);
    for (const user of USERS) {
      const audit = `the audit of ${user}`;
      this.#cursors.set(audit, 0);
      this.#enter(user, audit, 0, true);
      this.#takeAll(phoneOf(user));
      this.#takeAll(audit);
    }
    return { sends: this.#sends, streams: this.#streams, oldestId: this.#oldestId };
  }

  #takeAll(client: string): void {
    const opened = this.#open.get(client);
    if (opened === undefined) return;
    while (opened.cursor < this.#log.length || !opened.caughtUp) this.#take(client, 3);
    opened.stream.complete = true;
  }

  #say(user: string, client: string, recipient: string, fate: Fate): void {
    const requestId = `r${++this.#commands}`;
    const answers: Answer[] = [];
    const send = { user, client, requestId, recipient, text: `text of ${requestId}`, answers };
    this.#sends.push(send);
    if (fate === "rejected") answers.push({ kind: "rejected", reason: "RECIPIENT_OFFLINE" });
    if (fate === "rejected" || fate === "vanished") return;
    const post = () => {
      const id = this.#log.length + 1;
      const message = { id, sender: user, recipient, text: send.text, sentAt: 1_000 + 10 * id };
      this.#log.push(message);
      return message;
    };
    const late = this.#late.get(client) ?? [];
    if (fate === "late") {
      this.#late.set(client, [...late, () => answers.push(accepted(post(), false))]);
      return;
    }
    const message = post();
    if (fate === "untold") return;
    // Answers come in order: after a lost answer, all are lost.
    const isLost = fate === "lost" || late.length > 0;
    if (!isLost) answers.push(accepted(message, false));
    if (isLost || fate === "again") answers.push(accepted(message, true));
  }

  #enter(user: string, client: string, recent: number, welcomed: boolean): void {
    if (welcomed) {
      for (const sendAgain of this.#late.get(client) ?? []) sendAgain();
      this.#late.delete(client);
    }
    const resumeAfter = this.#cursors.get(client);
    const head = this.#log.length;
    const join: Join = { resumeAfter, logId: resumeAfter === undefined ? "" : LOG, recent };
    const welcome = welcomed ? { logId: LOG, headId: head } : undefined;
    const stream = { user, client, join: { ...join }, welcome, seen: [], complete: false };
    this.#streams.push(stream);
    this.#open.delete(client);
    if (!welcomed) return;
    const kept = this.#log.filter((message) => message.id >= this.#oldestId && maySee(user, message));
    const cursor = resumeAfter ?? (recent === 0 ? head : (kept.at(-recent)?.id ?? this.#oldestId) - 1);
    this.#open.set(client, { stream, cursor, target: head, caughtUp: false });
    // A client that asked only for new messages has caught up at once.
    if (resumeAfter === undefined && recent === 0) this.#take(client, 1);
  }

  /** Takes one response. */
  #take(client: string, count: number): void {
    const opened = this.#open.get(client);
    if (opened === undefined) return;
    const { stream, target } = opened;
    const seen: Seen[] = stream.seen;
    if (opened.cursor < this.#oldestId - 1) {
      opened.cursor = this.#oldestId - 1;
      seen.push({ kind: "gap", oldestId: this.#oldestId });
    }
    const due = this.#log.filter((message) => message.id > opened.cursor && maySee(stream.user, message));
    const given = due.slice(0, count);
    for (const message of given) seen.push({ kind: "message", ...message });
    opened.cursor = due.length > count ? (given.at(-1)?.id ?? opened.cursor) : this.#log.length;
    if (!opened.caughtUp && opened.cursor >= target) {
      opened.caughtUp = true;
      seen.push({ kind: "caughtUp", id: opened.cursor });
    }
    if (opened.cursor > 0) seen.push({ kind: "cursor", id: opened.cursor });
    this.#cursors.set(client, opened.cursor);
  }
}

function accepted({ id, sentAt }: Message, duplicate: boolean): Answer {
  return { kind: "accepted", id, sentAt, duplicate };
}

function phoneOf(user: string): string {
  return `${user}'s phone`;
}
