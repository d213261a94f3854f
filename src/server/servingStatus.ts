import { HealthState } from "nice-grpc-server-health";
import type { Logger } from "./common/logger.ts";

const SERVICE = "obrolan.v1.ChatService";

/**
 * The status that `grpc.health.v1` reports. The status of `obrolan.v1.ChatService` says whether the server takes calls.
 * The status of the empty service says whether the process is up.
 */
export class ServingStatus {
  readonly state = HealthState();
  readonly #logger: Logger;
  #isDraining = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.state.setStatus("healthy", SERVICE);
  }

  /**
   * Follows whether the store answers. The process itself stays healthy, because a restart would not help the store.
   */
  storeAnswers(does: boolean): void {
    if (does) this.#logger.info({}, "the store answers again");
    else this.#logger.warn({}, "the store does not answer: until it does, no user can send or come in");
    if (!this.#isDraining) this.state.setStatus(does ? "healthy" : "unhealthy", SERVICE);
  }

  /** Reports `NOT_SERVING` from now on. */
  drain(): void {
    this.#isDraining = true;
    this.state.setStatus("unhealthy", SERVICE);
    this.state.setStatus("unhealthy");
  }
}
