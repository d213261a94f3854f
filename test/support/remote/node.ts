import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Engines } from "../../../src/server/node/engines.ts";
import { findBun } from "../../../src/server/process/bun.ts";
import type { ChatServer, ServerOptions, Stats } from "../../../src/server/server.ts";
import { within } from "../deadline.ts";
import type { Fixture } from "../fixture.ts";
import type { TestNode, TestServerOptions } from "../node.ts";
import { SyncPipe } from "./syncPipe.ts";
import { fromLine, toLine } from "./values.ts";

const MAIN = path.join(import.meta.dirname, "main.ts");
const CONFIG = path.resolve(import.meta.dirname, "../../../bin/bunfig.toml");
const LEVELS = ["info", "warn", "error"] as const;

/** The options that another process cannot have: their functions belong to the test. */
const LOCAL = ["wrap", "clock", "stopwatch", "inProcess"] as const;

/** Whether a server with these options can be another process than the test. */
export function canBeRemote(options: TestServerOptions): boolean {
  return LOCAL.every((name) => options[name] === undefined);
}

/** Starts one more server, as a process of its own on Bun. */
export async function startOnBun(fixture: Fixture, options: TestServerOptions): Promise<TestNode> {
  const { logger, ...rest } = options;
  const pipe = new SyncPipe();
  const args = [`--config=${CONFIG}`, MAIN, fixture.folder, pipe.requests, pipe.responses];
  const child = spawn(findBun({}), args, { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const fail = (error: Error) => {
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };
  void closed.then(() => fail(new Error("the server's process has ended")));
  child.stdin.on("error", fail);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, result, error, log } = fromLine(line) as Line;
    if (log !== undefined) return logger?.[log.level](log.facts, log.message);
    const call = pending.get(id);
    pending.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(Object.assign(new Error(error.message), { stack: error.stack }));
  });
  let calls = 0;
  const call = (method: string, ...given: unknown[]) => {
    calls += 1;
    const answer = Promise.withResolvers<unknown>();
    pending.set(calls, answer);
    child.stdin.write(toLine({ id: calls, method, args: given }));
    return answer.promise;
  };
  const end = async () => {
    child.stdin.end();
    await closed;
    pipe.close();
  };

  try {
    const port = (await call("start", rest)) as number;
    return {
      port,
      server: remoteServer(call, pipe),
      engines: remoteEngines(call),
      async stop() {
        try {
          await within(call("stop"), "the drain of the server on Bun");
        } finally {
          await end();
        }
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

interface Line {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly stack: string };
  readonly log?: { readonly level: (typeof LEVELS)[number]; readonly facts: object; readonly message: string };
}

type Call = (method: string, ...args: unknown[]) => Promise<unknown>;

function remoteServer(call: Call, pipe: SyncPipe): ChatServer {
  const local = (): never => {
    throw new Error("this test needs its server in its own process");
  };
  return {
    listen: local,
    useCertificate: (tls: NonNullable<ServerOptions["tls"]>) => void call("useCertificate", tls),
    drain: async () => void (await call("drain")),
    stats: () => pipe.ask("stats") as Stats,
    connections: () => pipe.ask("connections") as ReturnType<ChatServer["connections"]>,
    get counters() {
      return local();
    },
    get calls() {
      return local();
    },
  };
}

/** Each method of an engine is a call of the other process. Those that return no promise return one here. */
function remoteEngines(call: Call): Engines {
  const port = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method: string) =>
          (...args: unknown[]) =>
            call("engine", name, method, args),
      },
    );
  return new Proxy({} as Engines, { get: (_, name: string) => port(name) });
}
