import type { Sizes } from "../common/limits.ts";
import type { Reader } from "../log/reader.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";
import type { Counters } from "./counters.ts";
import type { Encoder, RoomEvent } from "./events.ts";
import type { ReplyQueue } from "./replyQueue.ts";

/** What a stream's responses are made of. */
export interface ResponseBuilderParts {
  readonly encoder: Encoder;
  readonly sizes: Pick<Sizes, "responseBytes">;
  readonly replies: ReplyQueue;
  readonly feed: PresenceFeed;
  readonly counters: Counters;
  readonly username: string;
}

/**
 * Makes a stream's responses: the replies to its commands, what its reader takes from the log, and who came and went. It keeps none:
 * a response is made when the one before has left.
 */
export class ResponseBuilder {
  readonly #parts: ResponseBuilderParts;
  #joined: { readonly reader: Reader; place: number; readonly requestId: string } | undefined;

  constructor(parts: ResponseBuilderParts) {
    this.#parts = parts;
  }

  /** From now on the log is read; `requestId` is that of the join. */
  join(reader: Reader, requestId: string): void {
    this.#joined = { reader, place: this.#parts.feed.offsetAtJoin(), requestId };
  }

  /** The reader, once joined. */
  get reader(): Reader | undefined {
    return this.#joined?.reader;
  }

  /** Whether more is at hand than went into the last response. */
  get hasMore(): boolean {
    const { replies, feed } = this.#parts;
    return (
      replies.hasReady || this.#joined?.reader.behind === true || (this.#joined?.place ?? feed.offset) < feed.offset
    );
  }

  /** The replies that are ready; `undefined`: none. */
  replies(): Uint8Array | undefined {
    const fields = this.#parts.replies.take(this.#parts.sizes.responseBytes);
    return this.#respond(fields, fields.length, 0);
  }

  /** The next response; `undefined`: there is none now. */
  next(): Uint8Array | undefined {
    const { sizes, replies, encoder, feed, username } = this.#parts;
    const half = sizes.responseBytes / 2;
    const fields = replies.hasReady ? replies.take(half) : [];
    let bytes = fields.reduce((sum, field) => sum + field.length, 0);
    const joined = this.#joined;
    let events = fields.length;
    if (joined === undefined || bytes > half) return this.#respond(fields, events, 0);

    const portion = joined.reader.take(bytes > 0 ? sizes.responseBytes - bytes : undefined);
    if (portion !== undefined) {
      if (portion.bytes.length > 0) fields.push(portion.bytes);
      if (portion.event !== undefined) fields.push(this.#encode(portion.event, joined.requestId));
      if (portion.cursor > 0) fields.push(encoder.cursor(portion.cursor));
      bytes += portion.bytes.length;
      events += portion.messages + (portion.event === undefined ? 0 : 1);
    }
    if (joined.place < feed.offset && joined.reader.live && bytes <= half) {
      const change = feed.since(joined.place, username);
      joined.place = feed.offset;
      if (change !== undefined) {
        fields.push(encoder.event({ kind: "presence", ...change }));
        events += 1;
      }
    }
    return this.#respond(fields, events, portion?.messages ?? 0);
  }

  /** A response that only moves the cursor; `undefined` where the client has it already. */
  cursor(): Uint8Array | undefined {
    const cursor = this.#joined?.reader.untold() ?? 0;
    return cursor === 0 ? undefined : this.#respond([this.#parts.encoder.cursor(cursor)], 0, 0);
  }

  #respond(fields: readonly Uint8Array[], events: number, messages: number): Uint8Array | undefined {
    // One alone goes out as it is: it is the one that readers share.
    const response = fields.length <= 1 ? fields[0] : Buffer.concat(fields);
    if (response !== undefined) this.#parts.counters.response(response.length, events, messages);
    return response;
  }

  #encode(event: RoomEvent, joinRequestId: string): Uint8Array {
    return this.#parts.encoder.event(event, event.kind === "caught-up" ? joinRequestId : "");
  }
}
