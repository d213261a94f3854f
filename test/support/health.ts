import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { DEADLINE, within } from "./deadline.ts";
import type { Ending } from "./ending.ts";
import { frame, Unframer } from "./frames.ts";
import { varintOf } from "./protobuf.ts";
import type { Connection } from "./wire.ts";

/** The answers of `grpc.health.v1`. */
export const Health = { SERVING: 1n, NOT_SERVING: 2n, SERVICE_UNKNOWN: 3n } as const;

function request(service: string): Uint8Array {
  return new BinaryWriter().uint32(10).string(service).finish();
}

/** Asks for a service's health once. */
export async function checkHealth(wire: Connection, service: string): Promise<{ status: bigint; ending: Ending }> {
  const { responses, ending } = await wire.callBytes("/grpc.health.v1.Health/Check", request(service));
  return { status: varintOf(responses[0] ?? Buffer.alloc(0), 1), ending };
}

/**
 * Watches a service's health. Each call of the result resolves with the next state. `timeoutMs`: the limit of each
 * wait in milliseconds; `Infinity`: no limit.
 */
export function watchHealth(wire: Connection, service: string, timeoutMs = DEADLINE): () => Promise<bigint> {
  const stream = wire.start("/grpc.health.v1.Health/Watch");
  const unframer = new Unframer();
  const told: bigint[] = [];
  let wake = () => {};
  stream.on("error", () => {});
  stream.on("data", (chunk: Buffer) => {
    told.push(...unframer.push(chunk).map((response) => varintOf(response, 1)));
    wake();
  });
  stream.end(frame(request(service)));
  return async () => {
    while (told.length === 0) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await (timeoutMs === Infinity ? woken : within(woken, `the next health of "${service}"`, timeoutMs));
    }
    return told.shift() as bigint;
  };
}
