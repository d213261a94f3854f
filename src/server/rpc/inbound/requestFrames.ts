import { gunzipSync, inflateSync } from "node:zlib";
import { Status } from "nice-grpc-common";
import { InvalidRequest } from "../invalidRequest.ts";
import { JoinedBytes } from "./joinedBytes.ts";

/** gRPC's prefix of a message: whether it is compressed, in a byte, and its length, in four. */
export const PREFIX_BYTES = 5;
const COMPRESSED = 1;

const DECOMPRESS = { gzip: gunzipSync, deflate: inflateSync } as const;

/**
 * What has come whole: messages with their prefixes, none of them compressed, and behind them perhaps one that is
 * refused.
 */
export interface WholeFrames {
  /** Each buffer has one message or several. */
  readonly frames: readonly Buffer[];
  readonly refused: InvalidRequest | undefined;
}

/**
 * Cuts the body of a call into gRPC's messages. A message that is too large is refused for its prefix, before it
 * comes.
 */
export class RequestFrames {
  readonly #encoding: string;
  readonly #maxBytes: number;
  /** The beginning of a message whose end has not come. */
  readonly #unfinished = new JoinedBytes();

  /**
   * `encoding`: of compressed messages, as the header `grpc-encoding` says it. `maxBytes`: of a message, also when
   * decompressed.
   */
  constructor(encoding: string, maxBytes: number) {
    this.#encoding = encoding;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of a message whose end has not come. */
  get unfinishedBytes(): number {
    return this.#unfinished.length;
  }

  /** Lets go of what is unfinished. */
  clear(): void {
    this.#unfinished.take();
  }

  /** Takes what has come, and returns what is whole now. Nothing may be pushed behind a refused message. */
  push(chunk: Buffer): WholeFrames {
    const frames: Buffer[] = [];
    try {
      let rest = this.#complete(chunk, frames);
      while (rest.length > 0) rest = this.#cut(rest, frames);
      return { frames, refused: undefined };
    } catch (error) {
      if (error instanceof InvalidRequest) return { frames, refused: error };
      throw error;
    }
  }

  /** The client has ended its side. Returns why it may not yet; `undefined`: no message is unfinished. */
  end(): InvalidRequest | undefined {
    if (this.#unfinished.length === 0) return undefined;
    return new InvalidRequest("The request breaks off: the call ended before all of it had come.");
  }

  /** Completes the message that is unfinished; returns what is behind it. */
  #complete(chunk: Buffer, frames: Buffer[]): Buffer {
    if (this.#unfinished.length === 0) return chunk;
    let at = Math.min(chunk.length, Math.max(0, PREFIX_BYTES - this.#unfinished.length));
    this.#unfinished.append(chunk.subarray(0, at));
    if (this.#unfinished.length < PREFIX_BYTES) return chunk.subarray(at);
    const missing = PREFIX_BYTES + this.#lengthOf(this.#unfinished.bytes) - this.#unfinished.length;
    this.#unfinished.append(chunk.subarray(at, at + missing));
    at = Math.min(chunk.length, at + missing);
    if (this.#unfinished.length === PREFIX_BYTES + this.#unfinished.bytes.readUInt32BE(1)) {
      frames.push(this.#plain(this.#unfinished.take()));
    }
    return chunk.subarray(at);
  }

  /**
   * Cuts off as many whole messages as can be passed on as they are, or one that must be decompressed; returns what
   * is behind.
   */
  #cut(chunk: Buffer, frames: Buffer[]): Buffer {
    let at = 0;
    try {
      while (chunk.length - at >= PREFIX_BYTES) {
        const end = at + PREFIX_BYTES + this.#lengthOf(chunk.subarray(at));
        if (end > chunk.length) break;
        if (chunk[at] === COMPRESSED) {
          if (at > 0) break;
          frames.push(this.#plain(chunk.subarray(0, end)));
          return chunk.subarray(end);
        }
        at = end;
      }
    } finally {
      if (at > 0) frames.push(chunk.subarray(0, at));
    }
    if (at > 0) return chunk.subarray(at);
    this.#unfinished.append(chunk);
    return chunk.subarray(chunk.length);
  }

  /** The length that the prefix of a message tells. Throws if the message is refused for its prefix. */
  #lengthOf(prefix: Buffer): number {
    const flag = prefix.readUInt8(0);
    const length = prefix.readUInt32BE(1);
    if (flag > COMPRESSED) {
      throw new InvalidRequest(
        `The request is not a gRPC message: it begins with the byte ${flag} in place of 0 or 1.`,
      );
    }
    if (length > this.#maxBytes) throw tooLarge(`it has ${length} bytes`, this.#maxBytes);
    if (flag === COMPRESSED) this.#checkEncoding();
    return length;
  }

  #checkEncoding(): void {
    if (this.#encoding === "identity") {
      throw new InvalidRequest("The request is compressed, but no header grpc-encoding says in which encoding.");
    }
    if (!(this.#encoding in DECOMPRESS)) {
      const message = "The request is compressed in an encoding that this server does not know: take gzip or deflate.";
      throw new InvalidRequest(message, { code: Status.UNIMPLEMENTED });
    }
  }

  /** A message with its prefix, decompressed if it has to be. */
  #plain(frame: Buffer): Buffer {
    if (frame[0] !== COMPRESSED) return frame;
    return framed(this.#decompress(frame.subarray(PREFIX_BYTES)));
  }

  #decompress(bytes: Buffer): Buffer {
    const decompress = DECOMPRESS[this.#encoding as keyof typeof DECOMPRESS];
    try {
      // At most 64 KiB, which takes less time than to hand it to a thread and back.
      return decompress(bytes, { maxOutputLength: this.#maxBytes });
    } catch (error) {
      if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") {
        throw tooLarge("it is longer than that when it is decompressed", this.#maxBytes);
      }
      throw new InvalidRequest(`The request cannot be decompressed: it is not valid ${this.#encoding}.`);
    }
  }
}

function tooLarge(what: string, maxBytes: number): InvalidRequest {
  return new InvalidRequest(`The request is too large: take at most ${maxBytes} bytes, ${what}.`, {
    code: Status.RESOURCE_EXHAUSTED,
  });
}

/** A message with its prefix. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
