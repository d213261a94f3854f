import { type CallContext, ServerError, type ServerMiddleware, type ServerMiddlewareCall } from "nice-grpc";
import { type CallFailure, failureOf } from "./failure.ts";
import { InvalidRequest } from "./invalidRequest.ts";

/** What is told of errors: those that nobody foresaw, and each as it leaves. */
export interface ErrorListeners {
  readonly report: (error: unknown) => void;
  readonly failed: (failure: CallFailure) => void;
}

/** The outermost middleware: every error leaves through it, as a status that the contract knows. */
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

/** The requests of a stream, up to one that is not valid: that is thrown. */
async function* valid<Request>(requests: AsyncIterable<Request>): AsyncGenerator<Request, void, undefined> {
  for await (const request of requests) {
    if (request instanceof InvalidRequest) throw request;
    yield request;
  }
}
