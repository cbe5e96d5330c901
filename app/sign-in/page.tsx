import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Logo } from "../_components/logo.tsx";
import { readSignInMethods } from "../_queries/administrators.ts";
import { isSignedIn } from "../_queries/session.ts";
import { nextPath } from "./next-path.ts";
import { readFailure } from "./failure-words.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: Props) {
  const query = await searchParams;
  const next = nextPath(query.next);
  const failure = readFailure(query.error);
  const [isIn, methods] = await Promise.all([isSignedIn(), readSignInMethods()]);
  // Whoever confirmed as somebody else is signed in still, and has to hear why it did not count.
  if (isIn && failure !== "sso_another_person") redirect(next);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-[360px]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={36} />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Sign in to Evergrant</h1>
            <p className="mt-0.5 text-sm text-muted">With your administrator account of this installation</p>
          </div>
        </div>
        <SignInForm next={next} initialError={failure} sso={methods.sso} />
        <p className="mt-6 text-center text-xs text-balance text-subtle">
          No account yet? An owner of this installation invites you. Who runs it makes the first one with{" "}
          <code className="font-mono text-muted">npm run -s evergrant -- users create</code>.
        </p>
      </div>
    </main>
  );
}
