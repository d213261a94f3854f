import { createHash, randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Secrets } from "../../accounts/ports/secrets.ts";
import { tooManySignIns } from "../../common/refusal.ts";
import { JobQueue, QueueFull } from "../shared/jobQueue.ts";

/**
 * argon2id with 19 MiB, 2 passes and 1 lane, the minimum that OWASP recommends
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html). `algorithm` 2 is argon2id: the
 * package's own name for it is a const enum, which does not survive type stripping.
 */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const CURRENT = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

/**
 * The maximum number of concurrent hashes. argon2 uses libuv's four threads, which file system calls need too: 24
 * hashes at once delayed a `stat` by 246 ms.
 */
const MAX_RUNNING = 2;
/** The maximum number of waiting hashes. At 20 ms each and two at a time, the last one waits about 2 s. */
const MAX_WAITING = 200;

const TOKEN_PREFIX = "obrolan_";
const TOKEN_BYTES = 32;

/** Hashes passwords with argon2id, and makes tokens from the system's random numbers. */
export class NodeSecrets implements Secrets {
  readonly #queue = new JobQueue(MAX_RUNNING, MAX_WAITING);
  /** Dummy hash for unknown users, so that login time does not reveal whether an account exists. */
  #dummyHash: Promise<string> | undefined;

  /** The number of running and waiting hashes. */
  get load(): { readonly running: number; readonly waiting: number } {
    return this.#queue.load;
  }

  async hashPassword(password: string): Promise<string> {
    return this.#run(() => hash(password, PARAMETERS));
  }

  async verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
    const matches = await this.#run(async () => verify(passwordHash ?? (await this.#dummy()), password));
    return matches && passwordHash !== undefined;
  }

  async #run<T>(job: () => Promise<T>): Promise<T> {
    try {
      return await this.#queue.run(job);
    } catch (error) {
      throw error instanceof QueueFull ? tooManySignIns() : error;
    }
  }

  #dummy(): Promise<string> {
    this.#dummyHash ??= hash(randomBytes(32), PARAMETERS).catch((error) => {
      this.#dummyHash = undefined;
      throw error;
    });
    return this.#dummyHash;
  }

  isOutdated(passwordHash: string): boolean {
    return !CURRENT.test(passwordHash);
  }

  newToken(): string {
    return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
  }

  digest(token: string): Uint8Array {
    return createHash("sha256").update(token).digest();
  }
}
