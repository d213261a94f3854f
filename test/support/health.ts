import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { DEADLINE, within } from "./deadline.ts";
import type { Ending } from "./ending.ts";
import { frame, Unframer } from "./frames.ts";
import { varintOf } from "./protobuf.ts";
import type { Connection } from "./wire.ts";

/** What `grpc.health.v1` answers. */
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
 * Watches a service's health: resolves, at each call of what it returns, with the next state that is told. `patience`: how long that may
 * take, in milliseconds; `Infinity`: as long as it takes.
 */
export function watchHealth(wire: Connection, service: string, patience = DEADLINE): () => Promise<bigint> {
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
      await (patience === Infinity ? woken : within(woken, `the next health of "${service}"`, patience));
    }
    return told.shift() as bigint;
  };
}
