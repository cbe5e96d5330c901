import { expect, test } from "vitest";
import type { Permission } from "#core/domain/access/permission";
import { refuseEndpointOverrides } from "./refuse-endpoint-overrides.ts";

const holder = (...permissions: Permission[]) => ({ permissions: new Set(permissions) });
const moved = { unified: { crm: { contacts: { endpoints: { list: { path: "/admin/export" } } } } } };
const fields = { unified: { crm: { contacts: { fields: { name: { read: "title" } } } } }, credentials: {} };

test("where calls go is for whoever may make them anyway", () => {
  const writer = holder("accounts:write", "unified");
  expect(() => refuseEndpointOverrides(writer, moved)).toThrow(
    expect.objectContaining({
      code: "forbidden",
      errors: [expect.objectContaining({ pointer: "/overrides/unified/crm/contacts/endpoints" })],
      extensions: { permission: "proxy" },
    }),
  );
  for (const extra of ["proxy", "integrations:write"] as const) {
    expect(() => refuseEndpointOverrides(holder("accounts:write", "unified", extra), moved)).not.toThrow();
  }
});

test("what fields are called is for whoever may change an account", () => {
  for (const overrides of [fields, undefined, null, {}, { unified: null }, { unified: { crm: [] } }]) {
    expect(() => refuseEndpointOverrides(holder("accounts:write"), overrides)).not.toThrow();
  }
});
