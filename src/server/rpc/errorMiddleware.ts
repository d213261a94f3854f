import { type CallContext, ServerError, type ServerMiddleware, type ServerMiddlewareCall } from "nice-grpc";
import { Malformed } from "./definition.ts";
import { failureOf } from "./failure.ts";

/** The outermost middleware: every error leaves through it, as a status that the contract knows. */
export function errorMiddleware(report: (error: unknown) => void): ServerMiddleware {
  return async function* mapErrors<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext,
  ) {
    try {
      if (call.request instanceof Malformed) throw call.request;
      return yield* call.next(call.request, context);
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
      const { code, message, trailers } = failureOf(error, report);
      for (const [name, value] of Object.entries(trailers)) context.trailer.set(name, value);
      throw new ServerError(code, message);
    }
  };
}
