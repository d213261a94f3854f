import fc from "fast-check";
import {
  type Answer,
  type Entry,
  type History,
  isEntry,
  type Join,
  type Message,
  type Mutable,
  maySee,
  type Seen,
  type Send,
} from "./history.ts";

const USERS = ["ana", "bob", "cid"];
const LOG = "log-1";

/** A step of a run in which the server keeps its promise. */
type Step =
  | { readonly do: "say"; readonly who: number; readonly to: number; readonly fate: Fate }
  | {
      readonly do: "edit" | "delete";
      readonly who: number;
      readonly what: number;
      readonly isOther: boolean;
      readonly fate: Fate;
    }
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

/**
 * An open stream: its events, its cursor, the head at which its replay ends, and the id up to which it gets no edits
 * and deletions.
 */
interface Opened {
  readonly stream: Mutable<History["streams"][number]>;
  cursor: number;
  readonly target: number;
  readonly changesAfter: number;
  caughtUp: boolean;
}

/**
 * Histories in which the server keeps its promise: users send, edit, delete, leave and come back, and the store removes
 * old entries.
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
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom("edit" as const, "edit" as const, "delete" as const),
        who,
        what: fc.nat(2),
        isOther: fc.nat(11).map((one) => one === 0),
        fate,
      }),
    },
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
  return fc.array<Step>(step, { minLength: 10, maxLength: 90, size: "max" }).map((steps) => {
    const server = new ModelServer();
    for (const one of steps) server.step(one);
    return server.end();
  });
}

/** The number of entries on all streams of a history. */
export function entriesOf({ streams }: History): number {
  return streams.flatMap(({ seen }) => seen.filter(isEntry)).length;
}

/** A message in the log of the model, as it is now. */
interface Stored extends Omit<Mutable<Message>, "kind"> {
  readonly kind: "message";
  editId: number;
  isDeleted: boolean;
}

/** A change in the log of the model. */
interface StoredChange {
  readonly kind: "edited" | "deleted";
  readonly id: number;
  readonly message: Stored;
}

/** A model of a server that records what its clients see. */
class ModelServer {
  readonly #log: (Stored | StoredChange)[] = [];
  #oldestId = 1;
  #commands = 0;
  readonly #sends: Mutable<History["sends"]> = [];
  readonly #streams: Mutable<History["streams"]> = [];
  /** The ids of the messages that their senders know. */
  readonly #known = new Set<number>();
  /** By client: posts the late commands, which the client sends again on its next stream. */
  readonly #late = new Map<string, (() => void)[]>();
  readonly #open = new Map<string, Opened>();
  /** By client: its last cursor. */
  readonly #cursors = new Map<string, number>();

  step(step: Step): void {
    // The checker cannot tell an entry that was truncated from one that a change without an answer has erased. So a
    // history has truncations or changes, and not both.
    const hasChanges = this.#sends.some(({ kind }) => kind !== "message");
    if (step.do === "truncate" && hasChanges) return;
    if ((step.do === "edit" || step.do === "delete") && this.#oldestId > 1) return;
    if (step.do === "truncate") {
      this.#oldestId = Math.min(this.#oldestId + step.count, this.#log.length + 1);
      return;
    }
    const user = USERS[step.who] as string;
    const client = phoneOf(user);
    if (step.do === "say") this.#say(user, client, USERS[step.to] ?? "", step.fate);
    else if (step.do === "edit" || step.do === "delete") this.#change(user, client, step);
    else if (step.do === "take") this.#take(client, step.count);
    else if (step.do === "cut") this.#open.delete(client);
    else if (step.do === "open") this.#enter(user, client, step.recent, step.welcomed);
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
    const send = this.#send({ kind: "message", user, client, recipient, messageId: 0 });
    this.#run(send, fate, "RECIPIENT_OFFLINE", (id, sentAt) => {
      const { text } = send;
      const message = { kind: "message" as const, id, sender: user, recipient, text, sentAt, editedAt: 0 };
      this.#log.push({ ...message, editId: 0, isDeleted: false });
      if (fate !== "untold") this.#known.add(id);
      return undefined;
    });
  }

  /** Edits or deletes a message that the user has sent, or one of another user, which the server must reject. */
  #change(
    user: string,
    client: string,
    { do: what, what: pick, isOther, fate }: Step & { do: "edit" | "delete" },
  ): void {
    const messages = this.#log.filter((one) => one.kind === "message" && this.#known.has(one.id)) as Stored[];
    const message = messages.filter(({ sender }) => (sender === user) !== isOther).at(-1 - pick);
    if (message === undefined) return;
    const kind = what === "edit" ? "edited" : "deleted";
    const send = this.#send({ kind, user, client, recipient: "", messageId: message.id });
    this.#run(send, fate, "RATE_LIMITED", (id, at) => {
      if (message.isDeleted || message.id < this.#oldestId || !maySee(user, message)) return "MESSAGE_UNKNOWN";
      if (message.sender !== user) return "NOT_THE_SENDER";
      if (kind === "edited") Object.assign(message, { text: send.text, editedAt: at, editId: id });
      else message.isDeleted = true;
      this.#log.push({ kind, id, message });
      return undefined;
    });
  }

  #send(command: Pick<Send, "kind" | "user" | "client" | "recipient" | "messageId">): Mutable<Send> {
    const requestId = `r${++this.#commands}`;
    const text = command.kind === "deleted" ? "" : `text of ${requestId}`;
    const send: Mutable<Send> = { ...command, requestId, text, answers: [] };
    this.#sends.push(send);
    return send;
  }

  /** Carries out a command. `append`: adds the entry to the log, or returns why not. */
  #run(
    { client, answers }: Mutable<Send>,
    fate: Fate,
    rejection: string,
    append: (id: number, at: number) => string | undefined,
  ): void {
    if (fate === "rejected") answers.push({ kind: "rejected", reason: rejection });
    if (fate === "rejected" || fate === "vanished") return;
    const post = (): ((duplicate: boolean) => Answer) => {
      const id = this.#log.length + 1;
      const sentAt = 1_000 + 10 * id;
      const reason = append(id, sentAt);
      return (duplicate) =>
        reason === undefined ? { kind: "accepted", id, sentAt, duplicate } : { kind: "rejected", reason };
    };
    const late = this.#late.get(client) ?? [];
    if (fate === "late") {
      this.#late.set(client, [...late, () => answers.push(post()(false))]);
      return;
    }
    const answer = post();
    if (fate === "untold") return;
    // Answers come in order: after a lost answer, all are lost.
    const isLost = fate === "lost" || late.length > 0;
    if (!isLost) answers.push(answer(false));
    if (isLost || fate === "again") answers.push(answer(true));
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
    const kept = this.#log.filter(
      (one) => one.kind === "message" && one.id >= this.#oldestId && !one.isDeleted && maySee(user, one),
    );
    const cursor = resumeAfter ?? (recent === 0 ? head : (kept.at(-recent)?.id ?? this.#oldestId) - 1);
    const changesAfter = resumeAfter === undefined ? head : 0;
    this.#open.set(client, { stream, cursor, target: head, changesAfter, caughtUp: false });
    // A client that asked only for new messages has caught up at once.
    if (resumeAfter === undefined && recent === 0) this.#take(client, 1);
  }

  /** Takes one response. */
  #take(client: string, count: number): void {
    const opened = this.#open.get(client);
    if (opened === undefined) return;
    const { stream, target, changesAfter } = opened;
    const seen: Seen[] = stream.seen;
    if (opened.cursor < this.#oldestId - 1) {
      opened.cursor = this.#oldestId - 1;
      seen.push({ kind: "gap", oldestId: this.#oldestId });
    }
    const due = this.#log.flatMap((one) => (one.id > opened.cursor ? this.#shown(one, stream.user, changesAfter) : []));
    const given = due.slice(0, count);
    for (const entry of given) {
      seen.push(entry);
      if (entry.kind === "message" && entry.sender === stream.user) this.#known.add(entry.id);
    }
    opened.cursor = due.length > count ? (given.at(-1)?.id ?? opened.cursor) : this.#log.length;
    if (!opened.caughtUp && opened.cursor >= target) {
      opened.caughtUp = true;
      seen.push({ kind: "caughtUp", id: opened.cursor });
    }
    if (opened.cursor > 0) seen.push({ kind: "cursor", id: opened.cursor });
    this.#cursors.set(client, opened.cursor);
  }

  /** The entry of an id as it is now; empty if a user does not get it. */
  #shown(one: Stored | StoredChange, user: string, changesAfter: number): Mutable<Entry>[] {
    const message = one.kind === "message" ? one : one.message;
    if (!maySee(user, message)) return [];
    const { id, text, editedAt } = message;
    if (one.kind === "message") {
      const { sender, recipient, sentAt } = message;
      return message.isDeleted ? [] : [{ kind: "message", id, sender, recipient, text, sentAt, editedAt }];
    }
    if (one.id <= changesAfter) return [];
    if (one.kind === "deleted") {
      return [{ kind: "deleted", id: one.id, messageId: id, deletedAt: 1_000 + 10 * one.id, by: message.sender }];
    }
    const isGone = message.isDeleted || message.editId !== one.id || id < this.#oldestId;
    return isGone ? [] : [{ kind: "edited", id: one.id, messageId: id, text, editedAt }];
  }
}

function phoneOf(user: string): string {
  return `${user}'s phone`;
}
