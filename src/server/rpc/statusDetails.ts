import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Duration } from "../../gen/google/protobuf/duration.ts";
import { toDuration } from "./wire.ts";

const DOMAIN = "obrolan";
const TYPE = "type.googleapis.com/google.rpc.";

/** The content of `grpc-status-details-bin`. */
export interface StatusFacts {
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  /** The request's field that was wrong. */
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/**
 * A `google.rpc.Status` with `ErrorInfo`, with `BadRequest` if a field was wrong, and with `RetryInfo` if there is a
 * wait (https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto). Encoded by hand, because
 * four small messages do not justify a copy of Google's proto files.
 */
export function statusDetails({ code, message, reason, field, retryAfterMs }: StatusFacts): Buffer {
  const details = [any("ErrorInfo", new BinaryWriter().uint32(10).string(reason).uint32(18).string(DOMAIN))];
  if (field !== undefined) {
    const violation = new BinaryWriter().uint32(10).string(field).uint32(18).string(message).finish();
    details.push(any("BadRequest", new BinaryWriter().uint32(10).bytes(violation)));
  }
  if (retryAfterMs !== undefined) {
    const delay = Duration.encode(toDuration(retryAfterMs)).finish();
    details.push(any("RetryInfo", new BinaryWriter().uint32(10).bytes(delay)));
  }
  const status = new BinaryWriter().uint32(8).int32(code).uint32(18).string(message);
  for (const detail of details) status.uint32(26).bytes(detail);
  return Buffer.from(status.finish());
}

function any(name: string, value: BinaryWriter): Uint8Array {
  return new BinaryWriter()
    .uint32(10)
    .string(TYPE + name)
    .uint32(18)
    .bytes(value.finish())
    .finish();
}
