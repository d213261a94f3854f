/** Makes and checks passwords and tokens. */
export interface Secrets {
  /**
   * The hash of a normalized password, in PHC string format. A few hashes run at once, and a bounded number waits.
   * Refusal: `OVERLOADED` if too many wait.
   */
  hashPassword(password: string): Promise<string>;

  /**
   * Whether a password has a hash. If the hash is `undefined`, the result is false after the same time. Bounded like
   * `hashPassword`.
   */
  verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean>;

  /** Whether a hash has other parameters than `hashPassword` uses now. */
  isOutdated(passwordHash: string): boolean;

  /** A new token: a prefix that secret scanners find, and 32 random bytes. */
  newToken(): string;

  /** The SHA-256 of a token. A store keeps only this. */
  digest(token: string): Uint8Array;
}
