import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Duration } from "../gen/google/protobuf/duration.ts";

/** The details of a failed call, from the trailer `grpc-status-details-bin`. */
export interface StatusDetails {
  /** `ErrorInfo.reason`: the contract's `Reason` without its prefix. */
  reason?: string;
  /** `RetryInfo.retry_delay`, in milliseconds. */
  retryAfterMs?: number;
  /** `BadRequest.field_violations`: the wrong fields of the request. */
  fields: FieldViolation[];
}

/** A wrong field of a request. */
export interface FieldViolation {
  readonly field: string;
  /** A sentence: what is wrong with the field. */
  readonly description: string;
}

/**
 * Reads a serialized `google.rpc.Status`, and ignores what cannot be decoded. It is decoded by hand because the
 * contract imports only `google/protobuf/*`, so that no stubs for `google.rpc` are generated.
 */
export function readStatusDetails(bytes: Uint8Array): StatusDetails {
  const details: StatusDetails = { fields: [] };
  try {
    for (const any of fieldsOf(bytes).get(3) ?? []) readDetail(any, details);
  } catch {
    // The status and the trailer `obrolan-reason` are enough.
  }
  return details;
}

function readDetail(any: Uint8Array, details: StatusDetails): void {
  const { 1: typeUrl, 2: value = new Uint8Array() } = first(any);
  switch (text(typeUrl).split("/").pop()) {
    case "google.rpc.ErrorInfo":
      details.reason = text(first(value)[1]);
      break;
    case "google.rpc.RetryInfo":
      details.retryAfterMs = durationToMs(Duration.decode(first(value)[1] ?? new Uint8Array()));
      break;
    case "google.rpc.BadRequest":
      for (const violation of fieldsOf(value).get(1) ?? []) {
        const { 1: field, 2: description } = first(violation);
        details.fields.push({ field: text(field), description: text(description) });
      }
      break;
  }
}

/** The length-delimited fields of a message, by number. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === 2) fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
    else reader.skip(wireType);
  }
  return fields;
}

function first(bytes: Uint8Array): Record<number, Uint8Array | undefined> {
  return Object.fromEntries([...fieldsOf(bytes)].map(([number, values]) => [number, values[0]]));
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** A duration of the contract in milliseconds, rounded up so that a client never retries too early. */
export function durationToMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + Math.ceil(duration.nanos / 1e6);
}
