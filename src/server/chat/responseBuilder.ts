import type { Reader } from "../log/reader.ts";
import type { PresenceFeed } from "../presence/presenceFeed.ts";
import type { Counters } from "./counters.ts";
import type { Encoder, Goodbye, RoomEvent } from "./events.ts";
import type { ReplyQueue } from "./replyQueue.ts";

/**
 * Builds the responses of one stream from the replies to its commands, the entries of its reader, the moves of the read
 * marker and the changes of presence. A response is built when the previous one has been sent, and is not kept.
 */
export class ResponseBuilder {
  /** The replies that have not been sent, also those that are not ready. */
  readonly replies: ReplyQueue;
  readonly #feed: PresenceFeed;
  readonly #encoder: Encoder;
  readonly #counters: Counters;
  readonly #username: string;
  readonly #maxBytes: number;
  #joined: { readonly reader: Reader; feedOffset: number; readonly requestId: string } | undefined;
  /** The read marker of the user, and what the client was told of it last. */
  #readUpTo: number;
  #toldReadUpTo: number;

  /**
   * `username`: the user of the stream. `readUpTo`: the user's read marker, as the welcome tells it. `maxBytes`: the
   * size of a response, unless one event alone is larger.
   */
  constructor(parts: {
    replies: ReplyQueue;
    feed: PresenceFeed;
    encoder: Encoder;
    counters: Counters;
    username: string;
    readUpTo: number;
    maxBytes: number;
  }) {
    this.replies = parts.replies;
    this.#feed = parts.feed;
    this.#encoder = parts.encoder;
    this.#counters = parts.counters;
    this.#username = parts.username;
    this.#maxBytes = parts.maxBytes;
    this.#readUpTo = parts.readUpTo;
    this.#toldReadUpTo = parts.readUpTo;
  }

  /** Notes the read marker of the user. If it has moved forward (true), the next response after the join has it. */
  noteRead(upTo: number): boolean {
    if (upTo <= this.#readUpTo) return false;
    this.#readUpTo = upTo;
    return true;
  }

  /** Starts to read the log. `requestId`: that of the join. */
  join(reader: Reader, requestId: string): void {
    this.#joined = { reader, feedOffset: this.#feed.offsetAtJoin(), requestId };
  }

  /** The reader of the stream; `undefined` before the join. */
  get reader(): Reader | undefined {
    return this.#joined?.reader;
  }

  /** Whether there is, or may be, more to send after the last response. */
  get hasMore(): boolean {
    const { offset } = this.#feed;
    return (
      this.replies.hasReady ||
      this.#joined?.reader.behind === true ||
      (this.#joined !== undefined && (this.#joined.feedOffset < offset || this.#readUpTo > this.#toldReadUpTo))
    );
  }

  /** A response with the replies that are ready and nothing else; `undefined` if there are none. */
  repliesOnly(): Uint8Array | undefined {
    const fields = this.replies.take(this.#maxBytes);
    return this.#respond(fields, fields.length, 0);
  }

  /** The next response; `undefined` if there is nothing to send now. */
  next(): Uint8Array | undefined {
    const maxBytes = this.#maxBytes;
    const half = maxBytes / 2;
    const fields = this.replies.hasReady ? this.replies.take(half) : [];
    let bytes = fields.reduce((sum, field) => sum + field.length, 0);
    const joined = this.#joined;
    let events = fields.length;
    if (joined === undefined || bytes > half) return this.#respond(fields, events, 0);

    if (this.#readUpTo > this.#toldReadUpTo) {
      const read = this.#encoder.event({ kind: "read", upTo: this.#readUpTo });
      this.#toldReadUpTo = this.#readUpTo;
      fields.push(read);
      bytes += read.length;
      events += 1;
    }
    const portion = joined.reader.take(bytes > 0 ? maxBytes - bytes : undefined);
    if (portion !== undefined) {
      if (portion.bytes.length > 0) fields.push(portion.bytes);
      if (portion.event !== undefined) fields.push(this.#encode(portion.event, joined.requestId));
      if (portion.cursor > 0) fields.push(this.#encoder.cursor(portion.cursor));
      bytes += portion.bytes.length;
      events += portion.messages + (portion.event === undefined ? 0 : 1);
    }
    if (joined.feedOffset < this.#feed.offset && joined.reader.live && bytes <= half) {
      const change = this.#feed.since(joined.feedOffset, this.#username);
      joined.feedOffset = this.#feed.offset;
      if (change !== undefined) {
        fields.push(this.#encoder.event({ kind: "presence", ...change }));
        events += 1;
      }
    }
    return this.#respond(fields, events, portion?.messages ?? 0);
  }

  /** A response with nothing but the cursor; `undefined` if the client has this cursor already. */
  cursor(): Uint8Array | undefined {
    const cursor = this.#joined?.reader.untold() ?? 0;
    return cursor === 0 ? undefined : this.#respond([this.#encoder.cursor(cursor)], 0, 0);
  }

  /** The last response of a stream that the server ends. */
  goodbye(goodbye: Goodbye): Uint8Array {
    const response = this.#encoder.event({ kind: "goodbye", ...goodbye });
    this.#counters.response(response.length, 1, 0);
    return response;
  }

  #respond(fields: readonly Uint8Array[], events: number, messages: number): Uint8Array | undefined {
    // A single field is not copied, because it is often a chunk that readers share.
    const response = fields.length <= 1 ? fields[0] : Buffer.concat(fields);
    if (response !== undefined) this.#counters.response(response.length, events, messages);
    return response;
  }

  #encode(event: RoomEvent, joinRequestId: string): Uint8Array {
    return this.#encoder.event(event, event.kind === "caught-up" ? joinRequestId : "");
  }
}
