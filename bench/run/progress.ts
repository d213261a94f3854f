/** Shows the progress on standard error: one changing line on a terminal, otherwise one line for each run. */
export class Progress {
  #run = "";

  /** Shows that a run begins. */
  begin(run: string): void {
    this.#run = run;
    if (!process.stderr.isTTY) process.stderr.write(`${run}\n`);
  }

  /** Shows the progress of the run. */
  show(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${this.#run}: ${text}`);
  }

  /** Clears the line at the end of the run. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  }
}
