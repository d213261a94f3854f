/** The runtimes that the server can run on. */
export type RuntimeName = "node" | "bun";

/** The runtime of this process. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly version: string;
}

/** The runtime of this process. Bun also states the version of Node.js whose interface it has. */
export function currentRuntime({ bun, node }: { bun?: string; node: string } = process.versions): Runtime {
  return bun === undefined ? { name: "node", version: node } : { name: "bun", version: bun };
}

/** The name and the version of a runtime, such as `Node 24.21.0`. */
export function describeRuntime({ name, version }: Runtime): string {
  return `${{ node: "Node", bun: "Bun" }[name]} ${version}`;
}
