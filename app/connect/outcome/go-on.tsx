const everySeconds = 3;

/**
 * Asks again until the outcome is another one (page-script.ts). Without a script the whole page comes again, since it says
 * that it goes on by itself.
 */
export function GoOn({ from }: { from: string }) {
  return (
    <>
      <span hidden data-go-on={from} />
      <noscript>
        <meta httpEquiv="refresh" content={String(everySeconds)} />
      </noscript>
    </>
  );
}
