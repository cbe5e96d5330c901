import { CopyButton } from "../../../../_components/copy-button.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { MakeRedirectUri } from "./make-redirect-uri.tsx";

type Props = {
  name: string;
  label: string;
  redirectUri: string | null;
  /** A page of the provider about its apps. */
  source: string | null;
  mayWrite: boolean;
};

/** What has to be entered at the provider before anybody can come back from it. */
export function RedirectSection({ name, label, redirectUri, source, mayWrite }: Props) {
  return (
    <section aria-labelledby="redirect">
      <SectionHeading id="redirect" title="Redirect URI" note="one of its own for each environment" />
      <div className="card px-4 py-3 text-sm">
        {redirectUri === null ? (
          <>
            <p className="text-muted">
              {label} sends customers back to it, and most providers want it before they give out a client id.
            </p>
            {mayWrite ? (
              <MakeRedirectUri name={name} />
            ) : (
              <p className="mt-1 text-muted">An owner or an operator can make it.</p>
            )}
          </>
        ) : (
          <>
            <div className="flex items-center gap-2 rounded-md bg-sunken py-1 pr-1 pl-3">
              <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{redirectUri}</code>
              <CopyButton text={redirectUri} label="Copy the redirect URI" showLabel />
            </div>
            <p className="mt-2 text-muted">
              Enter it in the settings of your app at {label}, exactly as it stands. Providers call it redirect URI,
              redirect URL or callback URL.
              {source !== null && (
                <>
                  {" "}
                  <a href={source} target="_blank" rel="noreferrer" className="font-medium text-accent hover:underline">
                    What {label} writes about it
                  </a>
                </>
              )}
            </p>
          </>
        )}
      </div>
    </section>
  );
}
