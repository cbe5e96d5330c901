"use client";

import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type MouseEvent,
  type ReactNode,
} from "react";

/** What was chosen of a list: some of its page, or everything that its filter finds. */
export type Chosen = { kind: "ids"; ids: ReadonlySet<string> } | { kind: "filter" };

type Selection = {
  chosen: Chosen;
  pageIds: readonly string[];
  isChosen: (id: string) => boolean;
  /** With `isRange`, everything from the one that was touched last. */
  toggle: (id: string, isRange: boolean) => void;
  togglePage: () => void;
  chooseFilter: () => void;
  clear: () => void;
};

const SelectionContext = createContext<Selection | null>(null);

const nothing: Chosen = { kind: "ids", ids: new Set() };

/** @param pageIds accounts of this page; whoever reads the page anew keeps what was chosen of it */
export function SelectionProvider({ pageIds, children }: { pageIds: readonly string[]; children: ReactNode }) {
  const [chosen, setChosen] = useState<Chosen>(nothing);
  const last = useRef<string | null>(null);

  const isChosen = useCallback((id: string) => chosen.kind === "filter" || chosen.ids.has(id), [chosen]);
  const toggle = useCallback(
    (id: string, isRange: boolean) => {
      const from = pageIds.indexOf(last.current ?? id);
      const to = pageIds.indexOf(id);
      const range = isRange && from >= 0 ? pageIds.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      last.current = id;
      setChosen((before) => {
        const ids = new Set(before.kind === "filter" ? pageIds : before.ids);
        const isAdded = !ids.has(id);
        for (const one of range) {
          if (isAdded) ids.add(one);
          else ids.delete(one);
        }
        return { kind: "ids", ids };
      });
    },
    [pageIds],
  );
  const togglePage = useCallback(() => {
    setChosen((before) => {
      if (before.kind === "filter") return nothing;
      const isAll = pageIds.every((id) => before.ids.has(id));
      // Of other pages whatever was chosen there stays.
      const others = [...before.ids].filter((id) => !pageIds.includes(id));
      return { kind: "ids", ids: new Set(isAll ? others : [...others, ...pageIds]) };
    });
  }, [pageIds]);
  const chooseFilter = useCallback(() => setChosen({ kind: "filter" }), []);
  const clear = useCallback(() => setChosen(nothing), []);
  const selection = useMemo(
    () => ({ chosen, pageIds, isChosen, toggle, togglePage, chooseFilter, clear }),
    [chosen, pageIds, isChosen, toggle, togglePage, chooseFilter, clear],
  );
  return <SelectionContext value={selection}>{children}</SelectionContext>;
}

/** @throws outside of a SelectionProvider */
export function useSelection(): Selection {
  const selection = useContext(SelectionContext);
  if (selection === null) throw new Error("there is nothing to select from");
  return selection;
}

const box = "size-4 shrink-0 cursor-pointer accent-accent";
/** The place that a finger hits, above the link that a row is. */
const target = "relative z-10 -m-1.5 grid size-7 place-items-center pointer-coarse:-m-3.5 pointer-coarse:size-11";

/** Of one row. Nothing where nothing can be done with it. */
export function RowCheckbox({ id, name }: { id: string; name: string }) {
  const selection = useContext(SelectionContext);
  if (selection === null) return null;
  const click = (event: MouseEvent<HTMLInputElement>) => selection.toggle(id, event.shiftKey);
  return (
    <span className={target}>
      <input
        type="checkbox"
        aria-label={`Select ${name}`}
        checked={selection.isChosen(id)}
        onClick={click}
        onChange={() => {}}
        className={box}
      />
    </span>
  );
}

/** Of the head: all of the page, or none. */
export function PageCheckbox() {
  const selection = useContext(SelectionContext);
  if (selection === null) return null;
  const { pageIds, isChosen, togglePage } = selection;
  const count = pageIds.filter(isChosen).length;
  return (
    <span className={target}>
      <input
        type="checkbox"
        aria-label="Select all on this page"
        checked={count === pageIds.length}
        ref={(element) => {
          if (element !== null) element.indeterminate = count > 0 && count < pageIds.length;
        }}
        onChange={togglePage}
        className={box}
      />
    </span>
  );
}
