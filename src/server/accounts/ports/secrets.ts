/** Makes and checks passwords and tokens. */
export interface Secrets {
  /**
   * The hash of a normalized password, in PHC string format. A few hashes run at once, and a bounded number of calls
   * waits. Refusal: `OVERLOADED` if too many wait.
   */
  hashPassword(password: string): Promise<string>;

  /**
   * Whether a hash is that of a password. If the hash is `undefined`, the result is false after the same time. Waits
   * and is refused like `hashPassword`.
   */
  verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean>;

  /** Whether a hash was made with other parameters than those that `hashPassword` uses now. */
  isOutdated(passwordHash: string): boolean;

  /** A new token: a prefix that secret scanners find, and 32 random bytes. */
  newToken(): string;

  /** The SHA-256 of a token. A store keeps only this. */
  digest(token: string): Uint8Array;
}
