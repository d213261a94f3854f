/** A promise that its owner resolves. Node 20, which this library runs on, has no `Promise.withResolvers`. */
export class Deferred {
  resolve!: () => void;
  readonly promise = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });
}
