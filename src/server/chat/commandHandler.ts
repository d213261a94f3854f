import type { Session } from "../accounts/ports/sessionStore.ts";
import { Refusal, storeUnavailable } from "../common/refusal.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { Counters } from "./counters.ts";
import type { Encoder, RoomEvent } from "./events.ts";
import type { JoinCommand } from "./join.ts";
import { type MessageSubmitter, rejected } from "./messageSubmitter.ts";
import type { ReplyQueue, Slot } from "./replyQueue.ts";
import { helpFor, parseTyped } from "./typedCommands.ts";

/** What a client asks for on its stream. */
export type Command =
  | ({ readonly kind: "join" } & JoinCommand)
  | { readonly kind: "send"; readonly recipient: string | undefined; readonly text: string }
  | { readonly kind: "typed"; readonly line: string }
  | { readonly kind: "help" };

/** What a conversation needs of its stream. */
export interface StreamContext {
  readonly session: Session;
  /** Whether the stream has joined. */
  hasJoined(): boolean;
  /** Joins. Throws `StoreUnavailable`; then it has not. */
  join(join: JoinCommand, requestId: string): Promise<void>;
  /** A message of this stream is in the log. */
  onAccepted(id: number): void;
  /** The session has ended: there is no answer. */
  onSessionEnded(): void;
  /** Nobody knows what became of a command: there is no answer. */
  onOutcomeUnknown(): void;
}

const MAX_REQUEST_ID_BYTES = 64;

/** Carries out the commands of one stream, in their order, and has each answered in its place. */
export class CommandHandler {
  readonly #stream: StreamContext;
  readonly #replies: ReplyQueue;
  readonly #submitter: MessageSubmitter;
  /** The log that the stream was told of. */
  readonly #logId: string;
  readonly #encoder: Encoder;
  readonly #counters: Counters;
  readonly #report: (error: unknown) => void;

  constructor(
    place: StreamContext,
    parts: {
      replies: ReplyQueue;
      sender: MessageSubmitter;
      log: { readonly logId: string };
      encoder: Encoder;
      counters: Counters;
      report: (error: unknown) => void;
    },
  ) {
    this.#stream = place;
    this.#replies = parts.replies;
    this.#submitter = parts.sender;
    this.#logId = parts.log.logId;
    this.#encoder = parts.encoder;
    this.#counters = parts.counters;
    this.#report = parts.report;
  }

  /** Carries out a command; resolves when the next one may be read. Never throws. */
  async handle(requestId: string, command: Command): Promise<void> {
    const slot = this.#replies.open();
    try {
      await this.#carryOut(requestId, command, slot);
    } catch (error) {
      if (error instanceof Refusal) this.#reply(slot, requestId, rejected(error));
      else if (error instanceof StoreUnavailable) this.#reply(slot, requestId, rejected(storeUnavailable(error)));
      else {
        this.#report(error);
        this.#stream.onOutcomeUnknown();
      }
    }
    await this.#replies.waitForSpace();
  }

  async #carryOut(requestId: string, command: Command, slot: Slot): Promise<void> {
    const joinsByItself = command.kind === "send" || command.kind === "typed";
    if (joinsByItself && !this.#stream.hasJoined()) await this.#stream.join({ logId: "", recent: 0 }, "");
    if (Buffer.byteLength(requestId) > MAX_REQUEST_ID_BYTES) throw requestIdTooLong(requestId);
    switch (command.kind) {
      case "join":
        if (this.#stream.hasJoined()) throw alreadyJoined();
        await this.#stream.join(command, requestId);
        return slot.settle();
      case "help":
        return this.#reply(slot, requestId, { kind: "help", ...helpFor() });
      case "typed": {
        const typed = parseTyped(command.line);
        if (typed.kind === "help") return this.#reply(slot, requestId, typed);
        return this.#send(requestId, typed, slot);
      }
      case "send":
        return this.#send(requestId, command, slot);
    }
  }

  async #send(
    requestId: string,
    { recipient, text }: { recipient: string | undefined; text: string },
    slot: Slot,
  ): Promise<void> {
    const { session } = this.#stream;
    const { outcome } = await this.#submitter.submit({ session, logId: this.#logId, requestId, recipient, text });
    // Not awaited: the next command has its place behind this one already.
    outcome.then(
      (event) => {
        if (event?.kind === "accepted") this.#stream.onAccepted(event.id);
        if (event !== undefined) return this.#reply(slot, requestId, event);
        slot.settle();
        this.#stream.onSessionEnded();
      },
      () => this.#stream.onOutcomeUnknown(),
    );
  }

  #reply(slot: Slot, requestId: string, event: RoomEvent): void {
    this.#counters.answered(event);
    slot.settle(this.#encoder.event(event, requestId));
  }
}

function requestIdTooLong(requestId: string): Refusal {
  const bytes = Buffer.byteLength(requestId);
  return new Refusal("REQUEST_ID_TOO_LONG", `The request_id has ${bytes} bytes: take at most ${MAX_REQUEST_ID_BYTES}.`);
}

function alreadyJoined(): Refusal {
  return new Refusal(
    "ALREADY_JOINED",
    "This stream has joined already. To begin elsewhere in the log, open another one.",
  );
}
