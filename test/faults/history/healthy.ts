import fc from "fast-check";
import { type Answer, type History, type Join, type Message, maySee, type Seen } from "./history.ts";
import type { Open } from "./open.ts";

const USERS = ["ana", "bob", "cid"];
const LOG = "log-1";

/** Something that happens in a room that keeps its promise. */
type Step =
  | { readonly do: "say"; readonly who: number; readonly to: number; readonly fate: Fate }
  | { readonly do: "open"; readonly who: number; readonly recent: number; readonly welcomed: boolean }
  | { readonly do: "take"; readonly who: number; readonly count: number }
  | { readonly do: "cut"; readonly who: number }
  | { readonly do: "forget"; readonly count: number };

/**
 * What becomes of a command: `lost` its first `accepted` is, `untold` it stays that it was posted, and `late` it is posted when it
 * is given again, after an answer that was lost had refused it.
 */
type Fate = "accepted" | "again" | "lost" | "untold" | "late" | "rejected" | "vanished";

/** A stream that is open: what came, where it stands, and the head that its replay goes up to. */
interface Opened {
  readonly stream: Open<History["streams"][number]>;
  place: number;
  readonly target: number;
  caughtUp: boolean;
}

/** Histories of a room that keeps its promise: of people who talk, leave, come back, and of a store that forgets. */
export function healthyHistory(): fc.Arbitrary<Open<History>> {
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
    { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  );
  return fc.array<Step>(step, { minLength: 5, maxLength: 80, size: "max" }).map((steps) => {
    const room = new HealthyRoom();
    for (const one of steps) room.step(one);
    return room.end();
  });
}

/** As much of a room as it takes to write down what its clients see. */
class HealthyRoom {
  readonly #log: Message[] = [];
  #oldestId = 1;
  #commands = 0;
  readonly #sends: Open<History["sends"]> = [];
  readonly #streams: Open<History["streams"]> = [];
  /** By client: what it will give again when it comes back, because it was not answered. */
  readonly #late = new Map<string, (() => void)[]>();
  readonly #open = new Map<string, Opened>();
  /** By client: the last cursor that it was told. */
  readonly #cursors = new Map<string, number>();

  step(step: Step): void {
    if (step.do === "forget") {
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

  /** Everyone waits until they have everything, and everything is read once more from the beginning. */
  end(): Open<History> {
    // Who comes back gives again what was not answered, so all are there before anybody has everything.
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
    while (opened.place < this.#log.length || !opened.caughtUp) this.#take(client, 3);
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
    // Answers come in their order: behind one that was lost, all are.
    const isLost = fate === "lost" || late.length > 0;
    if (!isLost) answers.push(accepted(message, false));
    if (isLost || fate === "again") answers.push(accepted(message, true));
  }

  #enter(user: string, client: string, recent: number, welcomed: boolean): void {
    if (welcomed) {
      for (const giveAgain of this.#late.get(client) ?? []) giveAgain();
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
    const place = resumeAfter ?? (recent === 0 ? head : (kept.at(-recent)?.id ?? this.#oldestId) - 1);
    this.#open.set(client, { stream, place, target: head, caughtUp: false });
    // Who asked only for what is new has caught up at once.
    if (resumeAfter === undefined && recent === 0) this.#take(client, 1);
  }

  /** One response. */
  #take(client: string, count: number): void {
    const opened = this.#open.get(client);
    if (opened === undefined) return;
    const { stream, target } = opened;
    const seen: Seen[] = stream.seen;
    if (opened.place < this.#oldestId - 1) {
      opened.place = this.#oldestId - 1;
      seen.push({ kind: "gap", oldestId: this.#oldestId });
    }
    const due = this.#log.filter((message) => message.id > opened.place && maySee(stream.user, message));
    const given = due.slice(0, count);
    for (const message of given) seen.push({ kind: "message", ...message });
    opened.place = due.length > count ? (given.at(-1)?.id ?? opened.place) : this.#log.length;
    if (!opened.caughtUp && opened.place >= target) {
      opened.caughtUp = true;
      seen.push({ kind: "caughtUp", id: opened.place });
    }
    if (opened.place > 0) seen.push({ kind: "cursor", id: opened.place });
    this.#cursors.set(client, opened.place);
  }
}

function accepted({ id, sentAt }: Message, duplicate: boolean): Answer {
  return { kind: "accepted", id, sentAt, duplicate };
}

function phoneOf(user: string): string {
  return `${user}'s phone`;
}
