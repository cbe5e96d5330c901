import { expect, test } from "vitest";
import type { IntegrationMappingView } from "#api/schemas/mapping-trial";
import { initialSample } from "./trial-texts.ts";

const view = (update: Record<string, unknown>) =>
  ({
    samples: { get: { id: "9", version: "v2" } },
    fields: [{ name: "first_name", kind: "text", read_only: false }],
    mapping: { fields: {}, endpoints: { update } },
  }) as unknown as IntegrationMappingView;

const given = (...asked: [IntegrationMappingView, "create" | "update"]): unknown =>
  JSON.parse(initialSample(...asked, "given"));

test("an update begins with a record, and with what the provider holds of it where that is read first", () => {
  expect(given(view({ path: "/x/{id}" }), "update")).toEqual({ id: "151", first_name: "Ada" });
  const current = { id: "9", version: "v2" };
  expect(given(view({ readsFirst: true }), "update")).toEqual({ id: "151", first_name: "Ada", current });
  expect(given(view({ readsFirst: true }), "create")).toEqual({ first_name: "Ada" });
});
