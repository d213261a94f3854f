import { gunzipSync, inflateSync } from "node:zlib";
import { Status } from "nice-grpc-common";
import { InvalidRequest } from "../invalidRequest.ts";
import { framed, PREFIX_BYTES } from "../messageFrame.ts";
import { JoinedBytes } from "./joinedBytes.ts";

/** The first byte of the prefix of a compressed message. */
const COMPRESSED = 1;

const DECOMPRESS = { gzip: gunzipSync, deflate: inflateSync } as const;

/**
 * The messages that are complete, with their prefixes and decompressed, and the refusal of the message after them, if
 * it is refused.
 */
export interface CompleteFrames {
  /** Each buffer has one message or several. */
  readonly frames: readonly Buffer[];
  readonly refused: InvalidRequest | undefined;
}

/**
 * Splits the body of a call into gRPC messages. A message that is too large is refused as soon as its prefix has
 * arrived.
 */
export class RequestFrames {
  readonly #encoding: string;
  readonly #maxBytes: number;
  /** The first bytes of the unfinished message. */
  readonly #unfinished = new JoinedBytes();

  /**
   * `encoding`: the encoding of compressed messages, from the header `grpc-encoding`. `maxBytes`: the maximum size of a
   * message, both before and after decompression.
   */
  constructor(encoding: string, maxBytes: number) {
    this.#encoding = encoding;
    this.#maxBytes = maxBytes;
  }

  /** The number of bytes of the unfinished message. */
  get unfinishedBytes(): number {
    return this.#unfinished.length;
  }

  /** Drops the unfinished message. */
  clear(): void {
    this.#unfinished.take();
  }

  /** Takes a chunk, and returns the messages that are complete now. Must not be called again after a refusal. */
  push(chunk: Buffer): CompleteFrames {
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

  /** Call this when the client has ended its side. Returns a refusal if a message is unfinished. */
  end(): InvalidRequest | undefined {
    if (this.#unfinished.length === 0) return undefined;
    return new InvalidRequest("The request breaks off: the call ended before all of it had come.");
  }

  /** Adds bytes to the unfinished message, if there is one. Returns the bytes after that message. */
  #complete(chunk: Buffer, frames: Buffer[]): Buffer {
    if (this.#unfinished.length === 0) return chunk;
    let at = Math.min(chunk.length, Math.max(0, PREFIX_BYTES - this.#unfinished.length));
    this.#unfinished.append(chunk.subarray(0, at));
    if (this.#unfinished.length < PREFIX_BYTES) return chunk.subarray(at);
    const missing = PREFIX_BYTES + this.#lengthAt(this.#unfinished.bytes, 0) - this.#unfinished.length;
    this.#unfinished.append(chunk.subarray(at, at + missing));
    at = Math.min(chunk.length, at + missing);
    if (this.#unfinished.length === PREFIX_BYTES + this.#unfinished.bytes.readUInt32BE(1)) {
      frames.push(this.#plain(this.#unfinished.take()));
    }
    return chunk.subarray(at);
  }

  /**
   * Takes from the beginning of a chunk all messages that need no decompression, or one that does, or keeps an
   * unfinished message. Returns the rest of the chunk.
   */
  #cut(chunk: Buffer, frames: Buffer[]): Buffer {
    let at = 0;
    try {
      while (chunk.length - at >= PREFIX_BYTES) {
        const end = at + PREFIX_BYTES + this.#lengthAt(chunk, at);
        if (end > chunk.length) break;
        if (chunk[at] === COMPRESSED) {
          if (at > 0) break;
          frames.push(this.#plain(chunk.subarray(0, end)));
          return chunk.subarray(end);
        }
        at = end;
      }
    } finally {
      if (at > 0) frames.push(at === chunk.length ? chunk : chunk.subarray(0, at));
    }
    if (at > 0) return chunk.subarray(at);
    this.#unfinished.append(chunk);
    return chunk.subarray(chunk.length);
  }

  /**
   * The length in the prefix that a message has at an offset. Throws an `InvalidRequest` if the message is refused
   * because of its prefix.
   */
  #lengthAt(bytes: Buffer, at: number): number {
    const flag = bytes.readUInt8(at);
    const length = bytes.readUInt32BE(at + 1);
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

  /** A message with its prefix, decompressed if it is compressed. */
  #plain(frame: Buffer): Buffer {
    if (frame[0] !== COMPRESSED) return frame;
    return framed(this.#decompress(frame.subarray(PREFIX_BYTES)));
  }

  #decompress(bytes: Buffer): Buffer {
    const decompress = DECOMPRESS[this.#encoding as keyof typeof DECOMPRESS];
    try {
      // Synchronous, because a message has at most 64 KiB: that takes less time than a round trip to a thread.
      return decompress(bytes, { maxOutputLength: this.#maxBytes });
    } catch (error) {
      if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") {
        throw tooLarge("it is longer than that when it is decompressed", this.#maxBytes);
      }
      throw new InvalidRequest(`The request cannot be decompressed: it is not valid ${this.#encoding}.`);
    }
  }
}

function tooLarge(size: string, maxBytes: number): InvalidRequest {
  return new InvalidRequest(`The request is too large: take at most ${maxBytes} bytes, ${size}.`, {
    code: Status.RESOURCE_EXHAUSTED,
  });
}
