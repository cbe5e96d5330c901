"use client";

import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { SessionView } from "#api/schemas/session";
import { actionsOfPage } from "./actions-of-page.ts";
import type { Command, CommandGroup, Deed } from "./command.ts";
import { staticCommands } from "./page-commands.ts";
import { rankCommands } from "./rank-commands.ts";
import { useFound } from "./use-found.ts";

type Props = {
  session: SessionView;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Called when the palette is gone. */
  perform: (deed: Deed) => void;
};

const mostOfIntegrations = 5;

/** One field for everything: pages, things by name or id, and what the page behind offers. */
export function Palette({ session, isOpen, onOpenChange, perform }: Props) {
  const chosen = useRef<Deed | null>(null);
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={onOpenChange}
      onOpenChangeComplete={(open) => {
        const deed = chosen.current;
        chosen.current = null;
        if (!open && deed !== null) perform(deed);
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-50" />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center overflow-hidden p-3 sm:pt-[12vh]">
          <Dialog.Popup
            aria-label="Search or do something"
            className="popup flex max-h-[min(560px,calc(100dvh-24px))] w-full max-w-[600px] flex-col overflow-hidden outline-none"
          >
            <Commands
              session={session}
              onChoose={(deed) => {
                chosen.current = deed;
                onOpenChange(false);
              }}
            />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ session, onChoose }: { session: SessionView; onChoose: (deed: Deed) => void }) {
  const [query, setQuery] = useState("");
  // As the page is when the palette opens: behind it nothing changes.
  const [actions] = useState(() => ({ value: "On this page", items: actionsOfPage() }));
  const always = useMemo(() => staticCommands(session), [session]);
  const { groups: found, isSearching } = useFound(query);
  const groups = useMemo(() => {
    const [integrations, accounts] = found;
    const local = rankCommands([actions, ...always], query);
    const named = integrations === undefined ? [] : rankCommands([integrations], query);
    return [
      ...local,
      ...named.map(({ value, items }) => ({ value, items: items.slice(0, mostOfIntegrations) })),
      // Found by what was typed already, and last: what stands above does not move when they come.
      ...(accounts === undefined || accounts.items.length === 0 ? [] : [accounts]),
    ];
  }, [actions, always, found, query]);
  const count = groups.reduce((sum, { items }) => sum + items.length, 0);
  return (
    <Autocomplete.Root
      open
      inline
      mode="none"
      items={groups}
      value={query}
      onValueChange={(value, details) => {
        // Choosing one must not write it into the field.
        if (details.reason !== "item-press") setQuery(value);
      }}
      itemToStringValue={(command: Command) => command.title}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex shrink-0 items-center gap-2.5 border-b border-line px-4">
        <Search size={16} aria-hidden className="shrink-0 text-subtle" />
        <Autocomplete.Input
          aria-label="Search or do something"
          placeholder="A page, a customer, an id, or what to do"
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none pointer-coarse:text-lg"
        />
        <Dialog.Close className="rounded-md px-1.5 py-0.5 text-xs text-subtle hover:text-ink pointer-coarse:min-h-11 pointer-coarse:px-3">
          <span className="sr-only">Close</span>
          <kbd aria-hidden className="font-sans">
            Esc
          </kbd>
        </Dialog.Close>
      </div>
      <Autocomplete.Status className="sr-only">
        {isSearching ? "Searching" : count === 1 ? "1 result" : `${count} results`}
      </Autocomplete.Status>
      <Autocomplete.List className="min-h-0 flex-1 scroll-py-1 overflow-y-auto overscroll-contain p-1.5">
        {(group: CommandGroup) => (
          <Autocomplete.Group key={group.value} items={group.items} className="not-last:mb-1.5">
            <Autocomplete.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-subtle select-none">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => <Row key={command.id} command={command} onChoose={onChoose} />}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
      {count === 0 && (
        <p className="px-4 pb-6 text-center text-sm text-muted">
          {isSearching
            ? "Searching…"
            : "Nothing of this name. Accounts are found by how a word of theirs begins: the customer, the owner at the provider, or the id."}
        </p>
      )}
      <p
        aria-hidden
        className="hidden shrink-0 items-center gap-4 border-t border-line px-4 py-2 text-xs text-subtle sm:flex pointer-coarse:hidden"
      >
        <span>↑↓ choose</span>
        <span>↵ do it</span>
        {isSearching && <span className="ml-auto">Searching…</span>}
      </p>
    </Autocomplete.Root>
  );
}

function Row({ command, onChoose }: { command: Command; onChoose: (deed: Deed) => void }) {
  const { icon: Icon, title, hint, keys } = command;
  return (
    <Autocomplete.Item
      value={command}
      onClick={() => onChoose(command.does)}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-sunken pointer-coarse:min-h-11"
    >
      <Icon size={15} aria-hidden className="shrink-0 text-subtle" />
      <span className="min-w-0 flex-1 truncate">{title}</span>
      {hint !== undefined && <span className="max-w-[45%] shrink-0 truncate text-xs text-subtle">{hint}</span>}
      {keys !== undefined && (
        <span aria-hidden className="flex shrink-0 gap-1">
          {keys.split(" ").map((key) => (
            <kbd
              key={key}
              className="grid h-5 min-w-5 place-items-center rounded-sm border border-line-strong px-1 font-sans text-xs text-subtle"
            >
              {key}
            </kbd>
          ))}
        </span>
      )}
    </Autocomplete.Item>
  );
}
