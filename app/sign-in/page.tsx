import type { Metadata } from "next";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Logo } from "../_components/logo.tsx";
import { readSignInMethods } from "../_queries/administrators.ts";
import { readWhoIsSignedIn } from "../_queries/session.ts";
import { readFailure } from "./failure-words.ts";
import { confirmedPath, nextPath } from "./next-path.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { StillSignedIn } from "./still-signed-in.tsx";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: Props) {
  const query = await searchParams;
  const next = nextPath(query.next);
  const failure = readFailure(query.error);
  const [signedIn, methods] = await Promise.all([readWhoIsSignedIn(), readSignInMethods()]);
  if (signedIn !== null) {
    // Whoever came back from the identity provider in vain is signed in still, and has to hear why it did not count.
    if (failure === null || !failure.startsWith("sso_")) redirect(next);
    const way = query.fresh === undefined ? "sign_in" : query.next === confirmedPath ? "confirm_in_window" : "confirm";
    return (
      <Frame title={way === "sign_in" ? "Sign in to Evergrant" : "Confirm that it is you"}>
        <StillSignedIn failure={failure} email={signedIn.user.email} way={way} next={next} />
      </Frame>
    );
  }
  return (
    <Frame title="Sign in to Evergrant" lead="With your administrator account of this installation">
      <SignInForm next={next} initialFailure={failure} sso={methods.sso} />
      <p className="mt-6 text-center text-xs text-balance text-subtle">
        No account yet? An owner of this installation invites you. Who runs it makes the first one with{" "}
        <code className="font-mono text-muted">npm run -s evergrant -- users create</code>.
      </p>
    </Frame>
  );
}

function Frame({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-[360px]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            {lead !== undefined && <p className="mt-0.5 text-sm text-muted">{lead}</p>}
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}
