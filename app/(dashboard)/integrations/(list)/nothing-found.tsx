import { PencilRuler, SearchX } from "lucide-react";
import { ButtonLink } from "../../../_components/button.tsx";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { catalogueHref, type CatalogueFilter } from "./filter.ts";

const example = `{
  "credentials": {
    "format": "oauth2",
    "config": {
      "auth": { "tokenHost": "https://login…", "tokenPath": "/oauth/token" },
      "scope": ["contacts.read"]
    }
  }
}`;

/** A search that finds nothing is how one learns that a service has to be defined, and how that goes. */
export function NothingFound({ filter, mayWrite }: { filter: CatalogueFilter; mayWrite: boolean }) {
  if (filter.q === undefined || filter.show !== "all") {
    return (
      <EmptyState
        icon={SearchX}
        title={filter.show === "attention" ? "Nothing needs attention" : "No integration matches"}
        action={<ButtonLink href="/integrations">Show all integrations</ButtonLink>}
      >
        {nothingWords[filter.show]}
      </EmptyState>
    );
  }
  const name = nameFrom(filter.q);
  return (
    <EmptyState
      icon={PencilRuler}
      title={`“${filter.q}” is not in the catalogue`}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {mayWrite && (
            <ButtonLink href={`/new-integration?name=${encodeURIComponent(name)}`} variant="primary">
              Define it yourself
            </ButtonLink>
          )}
          <ButtonLink href={catalogueHref({ show: "all" })}>Show all integrations</ButtonLink>
        </div>
      }
    >
      <p>
        A service is one JSON document: where its token endpoint is, which scopes to ask for, how it answers. Its
        documentation on OAuth says all of it. Evergrant checks the document as you type, and tries it against a
        provider that misbehaves before a customer does.
      </p>
      <div className="mt-4 rounded-md bg-sunken text-left text-ink">
        <CodeBlock code={example} label="What a document looks like" />
      </div>
      {!mayWrite && <p className="mt-3">An owner or an operator can define it.</p>}
    </EmptyState>
  );
}

const nothingWords = {
  all: "No definition has this category and these credentials.",
  in_use: "No integration that customers are connected with fits this search.",
  set_up:
    "No integration that was set up in this environment fits this search. Choose one of the catalogue and set its OAuth client.",
  attention: "No definition is broken, no account is held, and refreshes succeed.",
};

/** A name as documents want it, from what was searched for. */
function nameFrom(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
}
