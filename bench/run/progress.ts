/** Shows on standard error how far the benchmark is: a line that changes on a terminal, else a line for each run. */
export class Progress {
  #run = "";

  /** A run begins. */
  begin(run: string): void {
    this.#run = run;
    if (!process.stderr.isTTY) process.stderr.write(`${run}\n`);
  }

  /** The run has come this far. */
  show(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${this.#run}: ${text}`);
  }

  /** The run is over. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  }
}
