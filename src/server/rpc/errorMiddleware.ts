import { type CallContext, ServerError, type ServerMiddleware, type ServerMiddlewareCall } from "nice-grpc";
import { type CallFailure, failureOf } from "./failure.ts";
import { InvalidRequest } from "./invalidRequest.ts";

/** The listeners for errors. */
export interface ErrorListeners {
  /** Receives the errors that the operator should know of. */
  readonly report: (error: unknown) => void;
  /** Called for each call that fails. */
  readonly failed: (failure: CallFailure) => void;
}

/** The outermost middleware: turns every error into a status of the contract, except the abort of a cancelled call. */
export function errorMiddleware({ report, failed }: ErrorListeners): ServerMiddleware {
  return async function* mapErrors<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext,
  ) {
    try {
      if (call.requestStream) return yield* call.next(valid(call.request), context);
      if (call.request instanceof InvalidRequest) throw call.request;
      return yield* call.next(call.request, context);
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
      const failure = failureOf(error, report);
      const { code, message, trailers } = failure;
      failed(failure);
      for (const [name, value] of Object.entries(trailers)) context.trailer.set(name, value);
      throw new ServerError(code, message);
    }
  };
}

/** The requests of a stream. Throws the first one that is invalid. */
async function* valid<Request>(requests: AsyncIterable<Request>): AsyncGenerator<Request, void, undefined> {
  for await (const request of requests) {
    if (request instanceof InvalidRequest) throw request;
    yield request;
  }
}
