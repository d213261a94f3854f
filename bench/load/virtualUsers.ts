import type { Target } from "../targets/target.ts";
import type { Wire } from "../wires/wire.ts";
import type { Bench } from "./bench.ts";
import type { Recorder } from "./recorder.ts";
import { VirtualUser } from "./virtualUser.ts";

// The users share a few accounts, because each account costs a password hash, and that cost is not part of any
// measurement.
const ACCOUNTS = 10;
// The limit on connections that are being opened at the same time. A server's backlog has room for some hundreds.
const MAX_CONNECTING = 50;

/**
 * The virtual users of one run, each on a connection of its own. If the target has several nodes, the users take turns.
 */
export class VirtualUsers {
  readonly recorder: Recorder;
  readonly all: VirtualUser[] = [];
  readonly #bench: Bench;
  readonly #target: Target;
  readonly #wire: Wire;
  /** Called with each delivery and the index of the user's node. Set it before you connect users. */
  onDelivered: ((node: number, number: number, at: number) => void) | undefined;
  #tokens: string[] = [];

  /** `wire` replaces the target's own. */
  constructor(bench: Bench, target: Target, recorder: Recorder, wire = target.wire) {
    this.#bench = bench;
    this.#target = target;
    this.#wire = wire;
    this.recorder = recorder;
  }

  /** Connects this many more users, which do not join yet. No message has to reach those that are not measured. */
  async connect(count: number, { isMeasured = true } = {}): Promise<VirtualUser[]> {
    if (this.#tokens.length === 0) this.#tokens = await this.#wire.signIn(this.#addressOf(0), ACCOUNTS);
    const first = this.all.length;
    const added = Array.from({ length: count }, (_, index) => {
      const onFailed = (error: Error) => this.#bench.fail(error);
      const onDelivered = this.onDelivered?.bind(undefined, this.#nodeOf(first + index));
      const name = `client ${first + index}`;
      return new VirtualUser({ name, recorder: this.recorder, isMeasured, onFailed, onDelivered });
    });
    this.all.push(...added);
    for (let start = 0; start < count; start += MAX_CONNECTING) {
      this.#bench.progress(`connecting, ${start} of ${count}`);
      const opening = added.slice(start, start + MAX_CONNECTING).map((user, index) => {
        const number = first + start + index;
        return user.open(this.#wire, this.#addressOf(number), this.#tokenOf(number));
      });
      await this.#bench.waitFor(Promise.all(opening), "clients to be greeted", () => 0);
    }
    return added;
  }

  /** Connects a user again after its connection was closed. Once it rejoins, it must receive what it missed. */
  reopen(user: VirtualUser): Promise<void> {
    const index = this.all.indexOf(user);
    return user.open(this.#wire, this.#addressOf(index), this.#tokenOf(index));
  }

  /** Connects this many more users and joins them. */
  async connectAndJoin(count: number, options?: { isMeasured?: boolean }): Promise<VirtualUser[]> {
    const added = await this.connect(count, options);
    await this.waitFor(Promise.all(added.map((user) => user.join())), "clients to be caught up");
    return added;
  }

  /** Waits for `promise`. Rejects if the run fails or there are no deliveries for some time. */
  waitFor<Result>(promise: Promise<Result>, what: string): Promise<Result> {
    return this.#bench.waitFor(promise, what, () => this.recorder.deliveries);
  }

  /** Closes all connections. Messages in flight are lost. */
  disconnect(): void {
    for (const user of this.all) user.close();
  }

  /**
   * Waits until every message is accepted and has reached every measured user, and checks the count of each of `users`.
   */
  async waitUntilComplete(users = this.all): Promise<void> {
    await this.waitFor(this.recorder.whenComplete(), "every message to come to every client");
    for (const user of users) {
      if (user.received === this.recorder.sent) continue;
      throw new Error(`A client received ${user.received} of the ${this.recorder.sent} messages that were sent.`);
    }
  }

  #nodeOf(index: number): number {
    return index % this.#target.addresses.length;
  }

  #addressOf(index: number): string {
    return this.#target.addresses[this.#nodeOf(index)] ?? "";
  }

  #tokenOf(index: number): string {
    return this.#tokens[index % ACCOUNTS] ?? "";
  }
}
