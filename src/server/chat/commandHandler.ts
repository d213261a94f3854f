import type { Session } from "../accounts/ports/sessionStore.ts";
import { Refusal, storeUnavailable } from "../common/refusal.ts";
import { StoreUnavailable } from "../common/storeErrors.ts";
import type { Counters } from "./counters.ts";
import type { Encoder, RoomEvent } from "./events.ts";
import type { JoinCommand } from "./join.ts";
import { type MessageSubmitter, rejected } from "./messageSubmitter.ts";
import type { ReplyQueue, Slot } from "./replyQueue.ts";
import { helpFor, parseTyped } from "./typedCommands.ts";
import type { WriteCommand } from "./writeCommand.ts";

/** A command of a client on its stream. */
export type Command =
  | ({ readonly kind: "join" } & JoinCommand)
  | WriteCommand
  | { readonly kind: "typed"; readonly line: string }
  | { readonly kind: "help" };

/** The stream on which a command arrived. */
export interface StreamContext {
  readonly session: Session;
  hasJoined(): boolean;
  /** Joins. Throws `StoreUnavailable`; then the stream has not joined. */
  join(join: JoinCommand, requestId: string): Promise<void>;
  /** The log contains an entry of this stream. */
  onAccepted(id: number): void;
  /** The session has ended, so a command gets no reply. */
  onSessionEnded(): void;
  /** The server cannot know whether a command was carried out, so the command gets no reply. */
  onOutcomeUnknown(): void;
}

const MAX_REQUEST_ID_BYTES = 64;

/** Carries out the commands of one stream in their order, and puts each reply into its slot. */
export class CommandHandler {
  readonly #submitter: MessageSubmitter;
  readonly #replies: ReplyQueue;
  readonly #encoder: Encoder;
  readonly #counters: Counters;
  readonly #logId: string;
  readonly #report: (error: unknown) => void;

  /** `logId`: the log that the stream's welcome named. */
  constructor(parts: {
    submitter: MessageSubmitter;
    replies: ReplyQueue;
    encoder: Encoder;
    counters: Counters;
    logId: string;
    report: (error: unknown) => void;
  }) {
    this.#submitter = parts.submitter;
    this.#replies = parts.replies;
    this.#encoder = parts.encoder;
    this.#counters = parts.counters;
    this.#logId = parts.logId;
    this.#report = parts.report;
  }

  /** Carries out a command; resolves when the next one may be read. Never throws. */
  async handle(stream: StreamContext, requestId: string, command: Command): Promise<void> {
    const slot = this.#replies.open();
    try {
      await this.#carryOut(stream, requestId, command, slot);
    } catch (error) {
      if (error instanceof Refusal) this.#reply(slot, requestId, rejected(error));
      else if (error instanceof StoreUnavailable) this.#reply(slot, requestId, rejected(storeUnavailable(error)));
      else {
        this.#report(error);
        stream.onOutcomeUnknown();
      }
    }
    await this.#replies.waitForSpace();
  }

  async #carryOut(stream: StreamContext, requestId: string, command: Command, slot: Slot): Promise<void> {
    const joinsImplicitly = command.kind !== "join" && command.kind !== "help";
    if (joinsImplicitly && !stream.hasJoined()) await stream.join({ logId: "", recent: 0 }, "");
    if (Buffer.byteLength(requestId) > MAX_REQUEST_ID_BYTES) throw requestIdTooLong(requestId);
    switch (command.kind) {
      case "join":
        if (stream.hasJoined()) throw alreadyJoined();
        await stream.join(command, requestId);
        return slot.settle();
      case "help":
        return this.#reply(slot, requestId, { kind: "help", ...helpFor() });
      case "typed": {
        const typed = parseTyped(command.line);
        if (typed.kind === "help") return this.#reply(slot, requestId, typed);
        return this.#write(stream, requestId, typed, slot);
      }
      case "send":
      case "reply":
      case "edit":
      case "delete":
        return this.#write(stream, requestId, command, slot);
      default:
        // Not reached. A command without a case would leave its slot open, and all later replies would wait.
        command satisfies never;
    }
  }

  async #write(stream: StreamContext, requestId: string, command: WriteCommand, slot: Slot): Promise<void> {
    const { session } = stream;
    const { outcome } = await this.#submitter.submit({ session, logId: this.#logId, requestId, command });
    // Not awaited: the order of this command and the next one is certain already.
    outcome.then(
      (event) => {
        if (event?.kind === "accepted") stream.onAccepted(event.id);
        if (event !== undefined) return this.#reply(slot, requestId, event, command.kind);
        slot.settle();
        stream.onSessionEnded();
      },
      () => stream.onOutcomeUnknown(),
    );
  }

  #reply(slot: Slot, requestId: string, event: RoomEvent, command?: WriteCommand["kind"]): void {
    this.#counters.replied(event, command);
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
