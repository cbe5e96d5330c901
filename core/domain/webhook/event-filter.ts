import { eventTypes, type EventType } from "./event-type.ts";

/** All types of a group, such as those of accounts. */
export type EventGroup =
  `${"integrated_account" | "integration" | "environment" | "security" | "approval" | "webhook_endpoint"}:*`;

/** What an endpoint subscribes to: types, groups, or everything. */
export type EventFilter = EventType | EventGroup | "*";

/** Everything that a filter may name, in the order of the documentation. */
export const eventFilters: readonly EventFilter[] = [
  "*",
  ...new Set(Object.keys(eventTypes).map((type) => groupOf(type as EventType))),
  ...(Object.keys(eventTypes) as EventType[]),
];

export function groupOf(type: EventType): EventGroup {
  return `${type.split(":")[0] ?? ""}:*` as EventGroup;
}

/** What of a filter lets a type through, one of them being enough. The database asks the same (webhook-matching.ts). */
export function namesOf(type: EventType): readonly EventFilter[] {
  return ["*", groupOf(type), type];
}
