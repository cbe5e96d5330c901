"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { eventGroups, eventTypes, eventWords, groupWords, type EventType } from "../../../_components/event-words.ts";

type Props = {
  chosen: EventType | undefined;
  /** Where to go for each choice; the empty one stands for all. */
  hrefs: Record<EventType | "all", string>;
};

/** Narrows a list to one type of event; the choice is an address. */
export function EventTypeSelect({ chosen, hrefs }: Props) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  return (
    <select
      aria-label="Event type"
      aria-busy={isPending}
      defaultValue={chosen ?? "all"}
      onChange={(event) => {
        const href = hrefs[event.currentTarget.value as EventType | "all"];
        startTransition(() => router.push(href, { scroll: false }));
      }}
      className="control select max-w-full min-w-40 truncate max-sm:w-full"
    >
      <option value="all">All events</option>
      {eventGroups.map((group) => (
        <optgroup key={group} label={groupWords[group].title}>
          {eventTypes
            .filter((type) => type.startsWith(group.slice(0, -1)))
            .map((type) => (
              <option key={type} value={type}>
                {eventWords[type].title}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
