import { expect, it } from "vitest";
import { classifyAuthorizationError } from "./connect-failure.ts";

it.each([
  ["access_denied", "access_denied"],
  ["unauthorized_client", "client_misconfigured"],
  ["invalid_scope", "client_misconfigured"],
  ["invalid_request", "client_misconfigured"],
  ["unsupported_response_type", "client_misconfigured"],
  ["server_error", "provider_error"],
  ["temporarily_unavailable", "provider_error"],
  ["anything_else", "provider_error"],
])("calls %s %s", (error, code) => {
  expect(classifyAuthorizationError(error, null).code).toBe(code);
});

it("keeps the provider's words as plain text of at most 300 characters", () => {
  const { detail } = classifyAuthorizationError("server_error", `line\r\none\u0007${"x".repeat(500)}`);
  expect(detail).toHaveLength(300);
  expect(detail).toMatch(/^line one x+$/);
});
