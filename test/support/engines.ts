import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { Engines } from "../../src/server/node/engines.ts";
import { within } from "./deadline.ts";

/** The same object with some of its methods replaced. The other methods see the original as `this`. */
export function override<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(original, key) {
      if (key in replaced) return Reflect.get(replaced, key);
      const value = Reflect.get(original, key, original);
      return typeof value === "function" ? value.bind(original) : value;
    },
  });
}

/** The engines with one port overridden. */
export function withPort<P extends keyof Engines>(engines: Engines, port: P, replaced: Partial<Engines[P]>): Engines {
  return { ...engines, [port]: override(engines[port], replaced) };
}

/** The engines, in which all ports of the store throw `StoreUnavailable` while `isAway` returns true. */
export function whileAway(engines: Engines, isAway: () => boolean): Engines {
  const port = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(original, key) {
        const value = Reflect.get(original, key, original);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) =>
          isAway() ? Promise.reject(new StoreUnavailable("the store is unavailable")) : value.apply(original, args);
      },
    });
  const { log, search, accounts, sessions, readMarkers, roster, failedLogins: attempts, clockMark } = engines;
  return {
    ...engines,
    log: port(log),
    search: port(search),
    accounts: port(accounts),
    sessions: port(sessions),
    readMarkers: port(readMarkers),
    roster: port(roster),
    failedLogins: port(attempts),
    clockMark: port(clockMark),
  };
}

/** The same object, but calls of these methods wait at a gate before they are carried out. */
export function gated<T extends object>(target: T, gate: Gate, ...methods: (keyof T)[]): T {
  return overrideEach(target, methods, async (call) => {
    await gate.pass();
    return call();
  });
}

/** The same object, but calls of these methods are carried out at once, and their results wait at a gate. */
export function gatedResults<T extends object>(target: T, gate: Gate, ...methods: (keyof T)[]): T {
  return overrideEach(target, methods, async (call) => {
    const result = await call();
    await gate.pass();
    return result;
  });
}

function overrideEach<T extends object>(
  target: T,
  methods: readonly (keyof T)[],
  around: (call: () => Promise<unknown>) => Promise<unknown>,
): T {
  const replaced = methods.map((name) => {
    const method = target[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => around(() => method.apply(target, args))] as const;
  });
  return override(target, Object.fromEntries(replaced) as Partial<T>);
}

/** Holds calls while it is shut. A new gate is open. */
export class Gate {
  #opened: PromiseWithResolvers<void> | undefined;
  #entered = Promise.withResolvers<void>();

  /** From now on calls wait. */
  shut(): void {
    this.#opened ??= Promise.withResolvers<void>();
    this.#entered = Promise.withResolvers<void>();
  }

  /** Lets all calls through, now and later. */
  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  /** Waits until a call waits at the gate. */
  async entered(): Promise<void> {
    await within(this.#entered.promise, "a call to come to the gate");
  }

  /** Passes, or waits until the gate opens. */
  async pass(): Promise<void> {
    if (!this.#opened) return;
    this.#entered.resolve();
    await this.#opened.promise;
  }
}
