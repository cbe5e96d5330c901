import { useEffect, useState } from "react";
import type { CommandGroup } from "./command.ts";
import { directCommands, findAccounts, readIntegrationCommands } from "./find-things.ts";
import type { Command } from "./command.ts";

const pauseMs = 180;

type Found = { query: string; accounts: Command[]; integrations: Command[] };
const nothing: Found = { query: "", accounts: [], integrations: [] };

/** What the API knows of what is typed, a moment after it was. Before anything is typed nothing is asked. */
export function useFound(query: string): { groups: CommandGroup[]; isSearching: boolean } {
  const [found, setFound] = useState(nothing);
  const text = query.trim();
  useEffect(() => {
    if (text === "") return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void Promise.all([findAccounts(text), readIntegrationCommands()]).then(([accounts, integrations]) => {
        if (isCurrent) setFound({ query: text, accounts, integrations });
      });
    }, pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text]);
  const isCurrent = found.query === text;
  return {
    isSearching: text !== "" && !isCurrent,
    groups:
      text === ""
        ? []
        : [
            { value: "Integrations", items: found.integrations },
            // What was found for another customer's name is of no use for this one.
            { value: "Accounts", items: [...directCommands(text), ...(isCurrent ? found.accounts : [])] },
          ],
  };
}
