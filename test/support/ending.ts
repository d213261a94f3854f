import type { IncomingHttpHeaders } from "node:http2";
import { Duration } from "../../src/gen/google/protobuf/duration.ts";
import { bytesOf, stringsOf, varintOf } from "./protobuf.ts";

/** The numbers of gRPC's statuses. */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The end of a call, as seen on the wire. */
export interface Ending {
  /** `grpc-status`; undefined without one (a reset stream, a lost connection). */
  readonly code: number | undefined;
  readonly message: string;
  /** The trailer `obrolan-reason`. */
  readonly reason: string | undefined;
  readonly trailers: IncomingHttpHeaders;
  /** `grpc-status-details-bin`, decoded. */
  readonly details: Details | undefined;
  /** The code of the `RST_STREAM` that ended the call; 0 without one. */
  readonly reset: number;
}

/** The content of a `google.rpc.Status`. */
export interface Details {
  readonly code: number;
  readonly message: string;
  readonly errorInfo: { reason: string; domain: string } | undefined;
  /** The names of the fields in a `BadRequest`; undefined without one. */
  readonly badFields: string[] | undefined;
  /** The wait of a `RetryInfo` in milliseconds; undefined without one. */
  readonly retryAfterMs: number | undefined;
}

/** Reads the end of a call from its trailers. */
export function readEnding(trailers: IncomingHttpHeaders, reset: number): Ending {
  const status = trailers["grpc-status"];
  const details = trailers["grpc-status-details-bin"];
  return {
    code: status === undefined ? undefined : Number(status),
    message: decodeURIComponent(String(trailers["grpc-message"] ?? "")),
    reason: trailers["obrolan-reason"] === undefined ? undefined : String(trailers["obrolan-reason"]),
    trailers,
    details: details === undefined ? undefined : readDetails(Buffer.from(String(details), "base64")),
    reset,
  };
}

function readDetails(status: Uint8Array): Details {
  const found = new Map<string, Uint8Array>();
  for (const any of bytesOf(status, 3)) {
    const type = stringsOf(any, 1)[0] ?? "";
    found.set(type.replace("type.googleapis.com/", ""), bytesOf(any, 2)[0] ?? new Uint8Array());
  }
  const info = found.get("google.rpc.ErrorInfo");
  const bad = found.get("google.rpc.BadRequest");
  const retry = found.get("google.rpc.RetryInfo");
  return {
    code: Number(varintOf(status, 1)),
    message: stringsOf(status, 2)[0] ?? "",
    errorInfo: info && { reason: stringsOf(info, 1)[0] ?? "", domain: stringsOf(info, 2)[0] ?? "" },
    badFields: bad && bytesOf(bad, 1).map((violation) => stringsOf(violation, 1)[0] ?? ""),
    retryAfterMs: retry && millis(Duration.decode(bytesOf(retry, 1)[0] ?? new Uint8Array())),
  };
}

/** A `Duration` in milliseconds; undefined if it is unset. */
export function millis(duration: Duration): number;
export function millis(duration: Duration | undefined): number | undefined;
export function millis(duration: Duration | undefined): number | undefined {
  return duration && Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
}
