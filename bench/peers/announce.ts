/** Says where a peer listens, as the benchmark reads it. */
export function announce(port: number): void {
  process.stderr.write(`${JSON.stringify({ msg: "listening", address: `127.0.0.1:${port}` })}\n`);
}
