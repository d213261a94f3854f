import { expect } from "chai";
import { REQUEST_KINDS } from "../../src/server/rpc/requestKinds.ts";

describe("REQUEST_KINDS", () => {
  it("every rpc has the kind that its definition streams", () => {
    expect(Object.fromEntries(REQUEST_KINDS)).to.deep.equal({
      "/obrolan.v1.ChatService/Register": "unary",
      "/obrolan.v1.ChatService/Login": "unary",
      "/obrolan.v1.ChatService/List": "unary",
      "/obrolan.v1.ChatService/Logout": "unary",
      "/obrolan.v1.ChatService/History": "unary",
      "/obrolan.v1.ChatService/Search": "unary",
      "/obrolan.v1.ChatService/MarkRead": "unary",
      "/obrolan.v1.ChatService/Chat": "stream",
      "/grpc.health.v1.Health/Check": "unary",
      "/grpc.health.v1.Health/Watch": "watch",
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "open-stream",
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "open-stream",
    });
  });
});
