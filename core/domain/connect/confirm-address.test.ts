import { expect, it } from "vitest";
import { confirmAddress } from "./confirm-address.ts";

it.each([
  ["https://app.example/done", "https://app.example/done?connect_session_id=cs_1"],
  ["https://app.example", "https://app.example?connect_session_id=cs_1"],
  ["https://app.example/done?a=b%20c&d", "https://app.example/done?a=b%20c&d&connect_session_id=cs_1"],
  ["https://app.example/done?", "https://app.example/done?connect_session_id=cs_1"],
  ["https://app.example/done?a&", "https://app.example/done?a&connect_session_id=cs_1"],
  ["https://app.example/#/done?x", "https://app.example/?connect_session_id=cs_1#/done?x"],
])("%s is kept as it is, with the session behind its query", (returnUrl, address) => {
  expect(confirmAddress(returnUrl, "cs_1")).toBe(address);
});
