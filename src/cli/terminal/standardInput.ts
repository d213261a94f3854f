import { fstatSync } from "node:fs";
import type { Input } from "./lineReader.ts";

/** Standard input. A directory is an error here; Node.js would read it as an empty file. */
export function standardInput(): Input {
  if (!isDirectory(0)) return process.stdin;
  const next = () => Promise.reject(new Error("it is a directory"));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

function isDirectory(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // The descriptor may still be readable.
    return false;
  }
}
