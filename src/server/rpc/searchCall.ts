import { type BinaryReader, type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import { SearchRequest } from "../../gen/obrolan/v1/chat.ts";
import type { MessageType } from "./strictDecoding.ts";

const SINCE = 4;
const UNTIL = 5;

/** The numbers of the fields of `SearchRequest` that are messages. */
export const TIME_FIELDS: readonly number[] = [SINCE, UNTIL];

/**
 * A `SearchRequest` with its times as they were sent. The generated type has a `Date` for each, which drops what is less
 * than a millisecond, and hides some invalid times.
 */
export interface SearchCall extends Omit<SearchRequest, "since" | "until"> {
  readonly since: Timestamp | undefined;
  readonly until: Timestamp | undefined;
}

/** The message type for `SearchRequest`. */
export const SearchCall: MessageType<SearchCall> = {
  encode(call): BinaryWriter {
    const writer = SearchRequest.encode({ ...call, since: undefined, until: undefined });
    for (const [field, time] of [
      [SINCE, call.since],
      [UNTIL, call.until],
    ] as const) {
      if (time !== undefined) Timestamp.encode(time, writer.tag(field, WireType.LengthDelimited).fork()).join();
    }
    return writer;
  },

  decode(reader: BinaryReader): SearchCall {
    const start = reader.pos;
    const request = SearchRequest.decode(reader);
    let since: Timestamp | undefined;
    let until: Timestamp | undefined;
    for (reader.pos = start; reader.pos < reader.len; ) {
      const [field, type] = reader.tag();
      if (type !== WireType.LengthDelimited || !TIME_FIELDS.includes(field)) reader.skip(type, field);
      else if (field === SINCE) since = Timestamp.decode(reader, reader.uint32());
      else until = Timestamp.decode(reader, reader.uint32());
    }
    return { ...request, since, until };
  },
};
