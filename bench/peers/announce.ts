/** Prints the address of a peer in the form that the benchmark reads. */
export function announce(port: number): void {
  process.stderr.write(`${JSON.stringify({ msg: "listening", address: `127.0.0.1:${port}` })}\n`);
}
