import { AsyncLocalStorage } from "node:async_hooks";

type Method = (this: object, ...args: unknown[]) => unknown;

/** Called before the method. It may change `args`. */
export type ShowCall<T> = (self: T, args: unknown[]) => void;

/**
 * Shows the calls of one method of a class, for libraries that hide their sockets and servers. Several captures may run
 * in a process at the same time. The method is replaced only while a capture runs. The channels of
 * `node:diagnostics_channel` would show the same, but Bun has none for sockets.
 */
export class CallTap<T extends object> {
  readonly #prototype: Record<string, Method | undefined>;
  readonly #name: string;
  /** The captures that caused the current execution. */
  readonly #causes = new AsyncLocalStorage<readonly ShowCall<T>[]>();
  #captures = 0;
  #remove = () => {};

  /** `prototype`: that of the class. */
  constructor(prototype: T, name: keyof T & string) {
    this.#prototype = prototype as Record<string, Method | undefined>;
    this.#name = name;
  }

  /** Runs `action`, and calls `show` before each call of the method that `action` causes, until its promise settles. */
  async capture<R>(action: () => Promise<R>, show: ShowCall<T>): Promise<R> {
    if (this.#captures === 0) this.#install();
    this.#captures += 1;
    try {
      return await this.#causes.run([...(this.#causes.getStore() ?? []), show], action);
    } finally {
      this.#captures -= 1;
      if (this.#captures === 0) {
        this.#remove();
        // In Node 22 an enabled AsyncLocalStorage makes every promise of the process slower.
        this.#causes.disable();
      }
    }
  }

  #install(): void {
    const [prototype, name, causes] = [this.#prototype, this.#name, this.#causes];
    const original = prototype[name];
    if (original === undefined) throw new Error(`there is no method ${name} to show the calls of`);
    let isInUse = true;
    const wrapper: Method = function (...args) {
      if (isInUse) for (const show of causes.getStore() ?? []) show(this as T, args);
      return original.apply(this, args);
    };
    prototype[name] = wrapper;
    this.#remove = () => {
      isInUse = false;
      // Another program's wrapper around this one keeps working.
      if (prototype[name] === wrapper) prototype[name] = original;
    };
  }
}
