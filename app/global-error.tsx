"use client";

/** Stands in when the frame of all pages itself failed: no styles can be counted on here. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>Error · Evergrant</title>
        <main>
          <h1>This page could not be shown</h1>
          <p>It is not your doing, and nothing was changed. Load the page again in a moment.</p>
        </main>
      </body>
    </html>
  );
}
