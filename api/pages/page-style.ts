/** The look of the dashboard (app/globals.css) for pages that stand without it: no script, no font, nothing from anywhere. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --canvas: light-dark(oklch(0.985 0.001 286), oklch(0.155 0.004 286));
  --surface: light-dark(oklch(1 0 0), oklch(0.185 0.005 286));
  --sunken: light-dark(oklch(0.967 0.001 286), oklch(0.225 0.006 286));
  --line: light-dark(oklch(0.92 0.004 286), oklch(0.275 0.006 286));
  --line-strong: light-dark(oklch(0.86 0.006 286), oklch(0.36 0.009 286));
  --ink: light-dark(oklch(0.21 0.006 286), oklch(0.97 0.001 286));
  --muted: light-dark(oklch(0.42 0.015 286), oklch(0.78 0.01 286));
  --subtle: light-dark(oklch(0.5 0.015 286), oklch(0.7 0.012 286));
  --accent: light-dark(oklch(0.5 0.11 165), oklch(0.75 0.13 165));
  --accent-soft: light-dark(oklch(0.955 0.025 165), oklch(0.27 0.035 165));
  --good: light-dark(oklch(0.45 0.11 155), oklch(0.8 0.14 155));
  --good-soft: light-dark(oklch(0.955 0.03 155), oklch(0.27 0.045 155));
  --warn: light-dark(oklch(0.47 0.105 65), oklch(0.83 0.13 80));
  --warn-soft: light-dark(oklch(0.963 0.045 88), oklch(0.285 0.05 75));
  --info: light-dark(oklch(0.46 0.14 255), oklch(0.79 0.11 250));
  --info-soft: light-dark(oklch(0.955 0.02 255), oklch(0.28 0.05 255));
  --bad: light-dark(oklch(0.48 0.18 25), oklch(0.78 0.13 22));
  --bad-soft: light-dark(oklch(0.957 0.022 20), oklch(0.285 0.06 22));
  --hold: light-dark(oklch(0.47 0.17 300), oklch(0.8 0.11 300));
  --hold-soft: light-dark(oklch(0.958 0.022 300), oklch(0.285 0.06 300));
  --sans: Geist, ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif;
  --mono: "Geist Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; }
html { background: var(--canvas); scroll-padding-top: 72px; }
body {
  margin: 0; background: var(--canvas); color: var(--ink);
  font: 400 14px/22px var(--sans); font-variant-numeric: tabular-nums;
  -webkit-font-smoothing: antialiased; text-rendering: optimizeLegibility;
}
a { color: var(--accent); text-underline-offset: 3px; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3, h4, p, ul, ol, dl, dd, pre { margin: 0; }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; letter-spacing: -0.015em; }
h2 { font-size: 20px; line-height: 28px; font-weight: 600; letter-spacing: -0.01em; }
h3 { font-size: 16px; line-height: 24px; font-weight: 600; letter-spacing: -0.005em; }
h4 { font-size: 13px; line-height: 20px; font-weight: 600; }
code, pre, .mono { font-family: var(--mono); font-size: 12.5px; }
p code, li code, dd code, td code, h1 code, h2 code {
  padding: 1px 4px; border-radius: 4px; background: var(--sunken); overflow-wrap: anywhere;
}
h1 code { font-size: 20px; padding: 1px 6px; }
pre {
  overflow-x: auto; padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface);
  line-height: 20px; tab-size: 2; scrollbar-width: thin;
}
.key { color: var(--info); } .text { color: var(--good); } .word { color: var(--hold); }
.bar {
  position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 16px; height: 56px; padding: 0 24px;
  background: var(--canvas);
  border-bottom: 1px solid var(--line);
}
.bar > .home {
  display: flex; align-items: center; gap: 8px; color: var(--ink); font-size: 16px; font-weight: 600;
  letter-spacing: -0.01em; text-decoration: none;
}
.bar svg { color: var(--accent); }
.bar .where { color: var(--muted); font-weight: 400; }
.bar nav { display: flex; gap: 4px; margin-left: auto; }
.bar nav a { padding: 6px 10px; border-radius: 6px; color: var(--muted); font-size: 13px; line-height: 20px; text-decoration: none; }
.bar nav a:hover { background: var(--sunken); color: var(--ink); }
.method {
  display: inline-block; min-width: 52px; padding: 0 6px; border-radius: 4px; font: 600 11px/18px var(--mono);
  letter-spacing: 0.02em; text-align: center; background: var(--info-soft); color: var(--info);
}
.method.post { background: var(--good-soft); color: var(--good); }
.method.any { background: var(--hold-soft); color: var(--hold); }
.method.put, .method.patch { background: var(--warn-soft); color: var(--warn); }
.method.delete { background: var(--bad-soft); color: var(--bad); }
.status { font: 600 12px/18px var(--mono); padding: 0 6px; border-radius: 4px; background: var(--sunken); color: var(--muted); }
.status.ok { background: var(--good-soft); color: var(--good); }
.prose { max-width: 68ch; }
.prose > * + * { margin-top: 12px; }
.prose > h2 { margin-top: 32px; }
.prose table { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 20px; }
.prose .wide { overflow-x: auto; }
.prose th, .prose td { padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
.prose th { color: var(--muted); font-weight: 500; }
@media (max-width: 640px) {
  .bar { padding: 0 8px 0 16px; gap: 8px; }
  .bar .where { display: none; }
  .bar nav a { padding: 11px 8px; line-height: 22px; }
  .bar nav a.minor { display: none; }
}
@media print { .bar, .side { display: none !important; } body { background: none; } }
`;
