/** One stylesheet, light and dark, from 360 px up. Every text pair is at least 4.5:1, every control border 3:1. */
export const pageStyle = `
:root {
  --ground: #f6f7f9; --surface: #ffffff; --text: #1a1f2b; --muted: #525c6c; --line: #dfe3ea; --edge: #7c8698;
  --accent: #4338ca; --accent-strong: #3730a3; --on-accent: #ffffff; --tint: #eef0fd;
  --danger: #b42318; --live: #14622f; --live-tint: #e6f5eb; --warn: #8a3b0c; --warn-tint: #fdf0df; --off-tint: #eceff3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10131a; --surface: #181c25; --text: #e7eaf0; --muted: #a3acbc; --line: #2a303c; --edge: #727c8e;
    --accent: #a9b2fb; --accent-strong: #c3c9fd; --on-accent: #171a3d; --tint: #232848;
    --danger: #fda29b; --live: #86e0a6; --live-tint: #12301f; --warn: #f8c77e; --warn-tint: #3a2810; --off-tint: #262c37;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
header { display: flex; align-items: center; gap: 12px; padding: 14px 20px; background: var(--surface); border-bottom: 1px solid var(--line); }
.brand { display: inline-flex; align-items: center; gap: 10px; color: var(--text); font-weight: 650; text-decoration: none; border-radius: 6px; }
.lab { font-size: 13px; font-weight: 600; color: var(--accent); background: var(--tint); padding: 1px 9px; border-radius: 999px; }
main { flex: 1; width: 100%; max-width: 1040px; margin: 0 auto; padding: 32px 20px 40px; }
main.narrow { max-width: 500px; }
footer { padding: 16px 20px 24px; text-align: center; color: var(--muted); font-size: 14px; }
h1 { font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; margin: 0 0 8px; text-wrap: balance; }
h2 { font-size: 18px; margin: 32px 0 12px; }
p { margin: 0 0 16px; }
.muted { color: var(--muted); }
.lead { color: var(--muted); margin-bottom: 24px; max-width: 64ch; }
a { color: var(--accent); text-underline-offset: 3px; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
.list { list-style: none; margin: 0; padding: 0; overflow: hidden; }
.list > li + li { border-top: 1px solid var(--line); }
.row { display: flex; align-items: center; gap: 14px; width: 100%; padding: 12px 16px; text-align: left; }
.who { display: block; flex: 1; min-width: 0; }
.who strong, .who span { display: block; }
.who strong { font-weight: 600; }
.who span { color: var(--muted); font-size: 14px; line-height: 1.4; }
.initials { flex: none; width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; font-size: 14px; font-weight: 650; color: var(--accent); background: var(--tint); }
button.row { border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
button.row:hover { background: var(--tint); }
button.row:focus-visible { outline-offset: -3px; border-radius: 12px; }
.chevron { flex: none; color: var(--muted); }
.button { display: inline-flex; align-items: center; justify-content: center; min-height: 44px; padding: 0 18px; font: inherit; font-weight: 600; border-radius: 9px; border: 1px solid var(--edge); background: var(--surface); color: var(--text); cursor: pointer; text-decoration: none; }
.button:hover { background: var(--tint); }
.button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.main:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
.button.danger { color: var(--danger); border-color: var(--danger); min-height: 36px; padding: 0 14px; }
.actions { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-top: 20px; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; font-weight: 600; margin-bottom: 10px; }
.scope { display: flex; gap: 14px; padding: 12px 16px; align-items: flex-start; }
label.scope { cursor: pointer; }
label.scope:hover { background: var(--tint); }
.scope input, .scope .always { flex: none; width: 20px; height: 20px; margin: 2px 0 0; accent-color: var(--accent); }
.scope .always { color: var(--live); }
main.narrow h1 + .card { margin-top: 20px; }
.as { display: flex; align-items: center; gap: 12px; padding: 12px 16px; margin-bottom: 24px; }
.filter { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; margin: 0 0 20px; }
.filter label { display: grid; gap: 4px; font-size: 14px; font-weight: 600; }
input[type="text"] { min-height: 44px; width: 100%; padding: 0 12px; font: 14px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--text); background: var(--surface); border: 1px solid var(--edge); border-radius: 9px; }
input[aria-invalid] { border-color: var(--danger); }
select { min-height: 44px; min-width: 220px; max-width: 100%; padding: 0 12px; font: inherit; font-weight: 400; color: var(--text); background: var(--surface); border: 1px solid var(--edge); border-radius: 9px; }
.grant { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 2fr) 100px; gap: 16px 24px; align-items: center; padding: 16px; }
.holder { display: flex; gap: 14px; align-items: flex-start; }
.facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 4px 16px; margin: 0; font-size: 14px; }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { margin: 0; }
.facts .wide { grid-column: 1 / -1; }
.grant .end { text-align: right; }
.who .status { display: table; font-size: 13px; font-weight: 600; padding: 1px 9px; border-radius: 999px; margin-top: 6px; }
.who .status.live { color: var(--live); background: var(--live-tint); }
.who .status.off { color: var(--muted); background: var(--off-tint); }
.who .status.warn { color: var(--warn); background: var(--warn-tint); }
.app { padding: 20px; max-width: 640px; }
form.app { display: grid; gap: 16px; }
form.app label { display: grid; gap: 4px; font-size: 14px; font-weight: 600; }
form.app p { margin: 0; }
.app .fault { color: var(--danger); font-size: 14px; margin-top: -8px; }
dl.app { margin: 0 0 24px; }
.app dt { color: var(--muted); font-size: 14px; }
.app dd { margin: 0 0 12px; }
.app dd:last-child { margin: 0; }
.empty { padding: 32px 20px; text-align: center; }
.empty p { margin: 4px auto 0; color: var(--muted); max-width: 46ch; }
.people { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 1fr)); gap: 12px; list-style: none; margin: 0; padding: 0; }
code { font: 14px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.links { display: flex; flex-wrap: wrap; gap: 12px; }
.settings { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.setting { display: grid; gap: 8px; align-content: start; justify-items: start; padding: 16px; }
.setting label { font-weight: 600; }
.setting select { width: 100%; min-width: 0; padding-right: 6px; }
.help { color: var(--muted); font-size: 14px; margin: 0 0 4px; }
.help .wrong { display: block; color: var(--danger); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; margin: 32px 0 12px; }
.bar h2 { margin: 0; flex: 1 0 auto; }
.received summary { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 16px; align-items: center; padding: 12px 16px; cursor: pointer; list-style: none; }
.received summary::-webkit-details-marker { display: none; }
.received summary:hover { background: var(--tint); }
.received summary:focus-visible { outline-offset: -3px; border-radius: 12px; }
.received .what { position: relative; padding-left: 18px; }
.received .what::before { content: "▸" / ""; position: absolute; left: 0; color: var(--muted); }
.received[open] .what::before { content: "▾" / ""; }
.received .what strong { font-weight: 600; margin-right: 6px; }
.received .what .muted { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.received .when { grid-column: 1 / -1; padding-left: 18px; color: var(--muted); font-size: 14px; }
.received .status { font-size: 13px; font-weight: 600; padding: 1px 9px; border-radius: 999px; }
.received .status.live { color: var(--live); background: var(--live-tint); }
.received .status.off { color: var(--muted); background: var(--off-tint); }
.received .status.warn { color: var(--warn); background: var(--warn-tint); }
.inside { padding: 0 16px 16px; }
.inside h3 { font-size: 14px; margin: 12px 0 6px; }
.inside table { width: 100%; border-collapse: collapse; font-size: 13px; }
.inside th, .inside td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; font-weight: 400; border-top: 1px solid var(--line); }
.inside th { width: 200px; color: var(--muted); }
.inside code { font-size: 13px; }
pre { margin: 0; padding: 12px; max-height: 420px; overflow: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 9px; overflow-wrap: normal; }
@media (max-width: 760px) {
  .settings { grid-template-columns: minmax(0, 1fr); }
  .bar h2 { flex-basis: 100%; }
  .received summary { grid-template-columns: minmax(0, 1fr); justify-items: start; }
  .received .status { margin-left: 18px; }
  .inside tr { display: grid; }
  .inside th { width: auto; padding-bottom: 0; }
  .inside td { border-top: 0; padding-top: 0; }
  main { padding-top: 24px; }
  .grant { grid-template-columns: minmax(0, 1fr); }
  .grant .end { text-align: left; }
  .grant .end:empty { display: none; }
}
@media (max-width: 420px) { .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); } .people { grid-template-columns: 1fr; } }
`;
