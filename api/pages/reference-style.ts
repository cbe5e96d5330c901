/** What only the reference has: the way through it, and the two columns of a route. */
export const referenceStyle = `
.frame { display: grid; grid-template-columns: 264px minmax(0, 1fr); max-width: 1560px; margin: 0 auto; }
.side {
  position: sticky; top: 56px; align-self: start; height: calc(100dvh - 56px); overflow-y: auto; padding: 20px 12px 40px 16px;
  border-right: 1px solid var(--line); scrollbar-width: thin;
}
.side h2 { padding: 0 8px; font-size: 12px; line-height: 16px; font-weight: 600; letter-spacing: 0; color: var(--ink); }
.side h2 + ul { margin-top: 4px; }
.side ul { list-style: none; padding: 0; margin: 0 0 20px; }
.side li a {
  display: flex; align-items: center; gap: 8px; padding: 4px 8px; border-radius: 6px; color: var(--muted); font-size: 13px;
  line-height: 20px; text-decoration: none;
}
.side li a:hover { background: var(--sunken); color: var(--ink); }
.side .method { min-width: 46px; font-size: 10px; line-height: 16px; padding: 0 4px; flex: none; }
.main { padding: 32px 32px 96px; min-width: 0; }
.intro { padding-bottom: 32px; }
.intro .prose { color: var(--muted); }
.intro h1 { margin-bottom: 12px; }
.tag { padding-top: 40px; border-top: 1px solid var(--line); }
.tag + .tag { margin-top: 56px; }
.tag > p { color: var(--muted); max-width: 68ch; margin-top: 4px; }
.route { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 460px); gap: 0 40px; padding-top: 40px; }
.route + .route { margin-top: 40px; border-top: 1px dashed var(--line-strong); }
.said { min-width: 0; max-width: 760px; }
.said > * + * { margin-top: 12px; }
.said h4 { margin-top: 28px; padding-bottom: 6px; border-bottom: 1px solid var(--line); }
.said h4 .note { color: var(--subtle); font-weight: 400; }
.anchor { color: inherit; text-decoration: none; }
.anchor:hover::after { content: " #"; color: var(--subtle); }
.address { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
.address code { font-size: 13px; overflow-wrap: anywhere; }
.lead { color: var(--muted); }
.needs { font-size: 13px; color: var(--muted); }
.fields { list-style: none; margin: 0; padding: 0; }
.said h4 + .fields, .said .fields.top { margin-top: 0; }
.fields > li { padding: 10px 0; border-bottom: 1px solid var(--line); }
.fields > li:last-child { border-bottom: 0; }
.name { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; }
.name > code { padding: 0; background: none; font-weight: 600; color: var(--ink); overflow-wrap: anywhere; }
.type { font-size: 12px; color: var(--subtle); }
.must { font-size: 12px; font-weight: 500; color: var(--warn); }
.fields p { font-size: 13px; line-height: 20px; color: var(--muted); margin-top: 2px; }
.limits { font-size: 12px !important; line-height: 18px !important; color: var(--subtle) !important; }
.limits code { font-size: 11.5px; }
details > summary { cursor: pointer; font-size: 13px; line-height: 20px; color: var(--accent); padding: 4px 0; width: fit-content; }
details > summary:hover { text-decoration: underline; text-underline-offset: 3px; }
summary code { padding: 0 !important; background: none !important; }
.nested { margin: 4px 0 4px 2px; padding-left: 14px; border-left: 2px solid var(--line); }
.answers { list-style: none; padding: 0; }
.answers > li { display: grid; grid-template-columns: 44px minmax(0, 1fr); gap: 0 12px; padding: 8px 0; border-bottom: 1px solid var(--line); font-size: 13px; line-height: 20px; }
.answers > li:last-child { border-bottom: 0; }
.answers .status { height: 20px; line-height: 20px; text-align: center; }
.answers .codes { display: flex; flex-wrap: wrap; gap: 2px 12px; }
.answers .codes a { font-family: var(--mono); font-size: 12px; }
.shown { position: sticky; top: 80px; align-self: start; min-width: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; max-height: calc(100dvh - 104px); overflow-y: auto; scrollbar-width: thin; }
.shown h4 { color: var(--muted); font-weight: 500; margin-bottom: 6px; display: flex; gap: 8px; align-items: center; }
.shown pre { max-height: 420px; }
.shapes > li { padding-top: 32px; }
.shapes { list-style: none; padding: 0; max-width: 760px; }
.shapes h3 code { background: none; padding: 0; font-size: 15px; }
.shapes > li > p { color: var(--muted); margin: 2px 0 6px; }
.codes-table { list-style: none; padding: 0; max-width: 760px; margin-top: 16px; }
.codes-table li { display: grid; grid-template-columns: 52px minmax(0, 240px) minmax(0, 1fr); gap: 4px 12px; padding: 8px 0; border-bottom: 1px solid var(--line); font-size: 13px; line-height: 20px; }
.codes-table .status { justify-self: start; }
.codes-table a { font-family: var(--mono); font-size: 12.5px; overflow-wrap: anywhere; }
.small-menu { display: none; }
@media (max-width: 1180px) {
  .route { grid-template-columns: minmax(0, 1fr); }
  .shown { position: static; max-height: none; margin-top: 24px; max-width: 760px; }
}
@media (max-width: 860px) {
  .frame { grid-template-columns: minmax(0, 1fr); }
  .side { display: none; }
  .main { padding: 20px 16px 64px; }
  .small-menu { display: block; margin: 0 0 24px; border: 1px solid var(--line-strong); border-radius: 8px; background: var(--surface); }
  .small-menu > summary { padding: 11px 14px; width: auto; color: var(--ink); font-weight: 500; }
  .small-menu h2 { padding: 12px 14px 2px; font-size: 12px; line-height: 16px; color: var(--muted); }
  .small-menu ul { list-style: none; padding: 0 6px; }
  .small-menu li a { display: flex; gap: 10px; align-items: center; min-height: 44px; padding: 0 8px; color: var(--ink); text-decoration: none; }
  .fields details > summary, .said details > summary { padding: 10px 0; }
}
@media (max-width: 520px) {
  .codes-table li { grid-template-columns: 52px minmax(0, 1fr); }
  .codes-table li > :last-child { grid-column: 2; color: var(--muted); }
}
`;
