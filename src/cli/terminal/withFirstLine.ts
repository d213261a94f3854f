import type { Terminal } from "./terminal.ts";

/** A terminal whose first line was read already. */
export function withFirstLine(terminal: Terminal, firstLine: string): Terminal {
  let next: string | undefined = firstLine;
  const line = async () => {
    const read = next ?? (await terminal.line());
    next = undefined;
    return read;
  };
  return new Proxy(terminal, {
    get(target, key) {
      if (key === "line") return line;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
