"use client";

import { Dialog } from "@base-ui/react/dialog";
import { buttonClass } from "../button.tsx";
import { ways } from "./shortcuts.ts";

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Pages that whoever looks may open. */
  mayOpen: (href: string) => boolean;
  isOn: boolean;
  onTurn: (isOn: boolean) => void;
};

/** All keys, and the switch for those that are pressed alone (WCAG 2.1.4). */
export function ShortcutsDialog({ isOpen, onOpenChange, mayOpen, isOn, onTurn }: Props) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-50" />
        <Dialog.Viewport className="fixed inset-0 z-50 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            <Dialog.Title className="text-lg font-semibold">Keyboard shortcuts</Dialog.Title>
            <Dialog.Description className="mt-1 text-muted">
              They do nothing while you type in a field. One key after the other, within a second and a half.
            </Dialog.Description>
            <dl className="mt-4 grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2">
              <Line keys={["Ctrl or ⌘", "K"]} does="Search or do something" />
              <Line keys={["?"]} does="This list" isOff={!isOn} />
              {ways
                .filter(({ href }) => mayOpen(href))
                .map(({ key, label }) => (
                  <Line key={key} keys={["g", key]} does={label} isOff={!isOn} />
                ))}
            </dl>
            <label className="mt-5 flex min-h-8 items-center gap-2.5 border-t border-line pt-4 text-sm">
              <input
                type="checkbox"
                checked={isOn}
                onChange={(event) => onTurn(event.target.checked)}
                className="size-4 accent-accent"
              />
              <span>
                Keys that are pressed alone do something
                <span className="block text-xs text-subtle">
                  Off, they don&rsquo;t get in the way of speech input. Ctrl K stays.
                </span>
              </span>
            </label>
            <div className="mt-4 flex justify-end">
              <Dialog.Close className={buttonClass("primary")}>Done</Dialog.Close>
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Line({ keys, does, isOff = false }: { keys: readonly string[]; does: string; isOff?: boolean }) {
  return (
    <div className="flex min-h-7 items-center justify-between gap-4">
      <dt className={isOff ? "text-subtle line-through" : ""}>{does}</dt>
      <dd className="flex shrink-0 gap-1">
        {keys.map((key) => (
          <kbd
            key={key}
            className="grid h-6 min-w-6 place-items-center rounded-sm border border-line-strong px-1.5 font-sans text-xs text-muted"
          >
            {key}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
